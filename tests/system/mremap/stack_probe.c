/* musl's pthread_getattr_np walks the stack with mremap: ENOMEM where mapped, EFAULT where not. */

#include "test.h"

int main(void)
{
    char *area = map_in_hole(4 * PAGE);
    call("first page of four", (long)mremap(area, PAGE, 2 * PAGE, 0));
    call("page below", (long)mremap(area - PAGE, PAGE, 2 * PAGE, 0));
    return 0;
}
