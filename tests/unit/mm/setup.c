/* The machine under the tests of mm: 64 MiB, two CPUs. */
#include "mm/program.h"

void unit_setup(void)
{
    fake_machine_start(64, 2);
    fake_thread_start();
    mm_init();
}
