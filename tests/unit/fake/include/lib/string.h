/* The kernel's string functions under names of their own, beside the C library's in a host program.
 */
#pragma once

#define STRING_FUNCTIONS_AS_THEY_ARE

#define memcpy     quire_memcpy
#define memmove    quire_memmove
#define memset     quire_memset
#define memcmp     quire_memcmp
#define memchr     quire_memchr
#define strlen     quire_strlen
#define strnlen    quire_strnlen
#define strcmp     quire_strcmp
#define strncmp    quire_strncmp
#define strcasecmp quire_strcasecmp
#define strchr     quire_strchr
#define strrchr    quire_strrchr
#define strstr     quire_strstr
#define strspn     quire_strspn
#define strcspn    quire_strcspn
#define strlcpy    quire_strlcpy
#define strlcat    quire_strlcat
#define strsep     quire_strsep

#include_next <lib/string.h>
