/* Numbers that are no system call: ENOSYS, nothing else. */

#include "test.h"

int main(void)
{
    static const long numbers[] = {335, 400, 423,  451,      500, 511,
                                   512, 547, 1000, 1L << 31, -1,  LONG_MIN};
    char label[48];
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        snprintf(label, sizeof(label), "call %ld", numbers[i]);
        call(label, syscall(numbers[i], 0, 0, 0, 0, 0, 0));
    }
    return 0;
}
