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
