/*
 * For inline assembly that touches user memory: the instructions around it that let it pass SMAP.
 *
 * They are no-ops until cpu_features_patch_text makes them stac and clac.
 */
#pragma once

#define SMAP_PATCH(last_byte)                                                                      \
    "9: .byte 0x0F, 0x1F, 0x00\n\t"                                                                \
    ".pushsection .smap_patch, \"a\"\n\t"                                                          \
    ".quad 9b\n\t"                                                                                 \
    ".byte 0x0F, 0x01, " last_byte ", 0, 0, 0, 0, 0\n\t"                                           \
    ".popsection\n\t"
#define ALLOW_USER_ACCESS  SMAP_PATCH("0xCB")
#define FORBID_USER_ACCESS SMAP_PATCH("0xCA")

/*
 * A window: words of user memory, one by one, straight from and to where they are wanted. Between
 * begin and end nothing is called; each access that fails goes to @fault, a label where the window
 * is ended, too. The caller has checked the range.
 */
static __always_inline void user_access_begin(void)
{
    __asm__ volatile(ALLOW_USER_ACCESS : : : "memory");
}

static __always_inline void user_access_end(void)
{
    __asm__ volatile(FORBID_USER_ACCESS : : : "memory");
}

#define USER_STORE_64(value, to, fault)                                                            \
    __asm__ goto("1: movq %0, %1\n\t" EXCEPTION_ENTRY_C("0", fault)                                \
                 :                                                                                 \
                 : "er"((u64)(value)), "m"(*(to))                                                  \
                 :                                                                                 \
                 : fault)
#define USER_STORE_32(value, to, fault)                                                            \
    __asm__ goto("1: movl %k0, %1\n\t" EXCEPTION_ENTRY_C("0", fault)                               \
                 :                                                                                 \
                 : "er"((u32)(value)), "m"(*(to))                                                  \
                 :                                                                                 \
                 : fault)
#define USER_LOAD_64(value, from, fault)                                                           \
    __asm__ volatile goto("1: movq %1, %0\n\t" EXCEPTION_ENTRY_C("0", fault)                       \
                          : "=r"(value)                                                            \
                          : "m"(*(from))                                                           \
                          :                                                                        \
                          : fault)
#define USER_LOAD_8(value, from, fault)                                                            \
    __asm__ volatile goto("1: movzbl %1, %k0\n\t" EXCEPTION_ENTRY_C("0", fault)                    \
                          : "=r"(value)                                                            \
                          : "m"(*(from))                                                           \
                          :                                                                        \
                          : fault)
#define USER_LOAD_32(value, from, fault)                                                           \
    __asm__ volatile goto("1: movl %1, %k0\n\t" EXCEPTION_ENTRY_C("0", fault)                      \
                          : "=r"(value)                                                            \
                          : "m"(*(from))                                                           \
                          :                                                                        \
                          : fault)
