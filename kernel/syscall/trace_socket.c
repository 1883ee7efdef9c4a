/*
 * Words for the arguments of socket calls: types with their flags, options by level, messages'
 * flags, addresses.
 */
#include "trace_socket.h"

#include <abi/socket.h>
#include <arch/user.h>
#include <lib/printf.h>
#include <lib/string.h>

#include "trace_names.h"

static const struct word type_words[] = {WORD(SOCK_STREAM), WORD(SOCK_DGRAM), WORD(SOCK_RAW),
                                         WORD(SOCK_RDM),    WORD(SOCK_DCCP),  WORD(SOCK_SEQPACKET),
                                         WORD(SOCK_PACKET)};
static const struct word type_flag_words[] = {WORD(SOCK_NONBLOCK), WORD(SOCK_CLOEXEC)};
static const struct word level_words[] = {WORD(SOL_IP),  WORD(SOL_SOCKET), WORD(SOL_TCP),
                                          WORD(SOL_UDP), WORD(SOL_IPV6),   WORD(SOL_ICMPV6),
                                          WORD(SOL_RAW), WORD(SOL_PACKET), WORD(SOL_NETLINK)};
static const struct word shutdown_words[] = {WORD(SHUT_RD), WORD(SHUT_WR), WORD(SHUT_RDWR)};
static const struct word message_words[] = {
    WORD(MSG_OOB),        WORD(MSG_PEEK),     WORD(MSG_DONTROUTE), WORD(MSG_CTRUNC),
    WORD(MSG_TRUNC),      WORD(MSG_DONTWAIT), WORD(MSG_EOR),       WORD(MSG_WAITALL),
    WORD(MSG_CONFIRM),    WORD(MSG_ERRQUEUE), WORD(MSG_NOSIGNAL),  WORD(MSG_MORE),
    WORD(MSG_WAITFORONE), WORD(MSG_ZEROCOPY), WORD(MSG_FASTOPEN),  WORD(MSG_CMSG_CLOEXEC),
};
static const struct word option_words[] = {
    WORD(SO_DEBUG),       WORD(SO_REUSEADDR),    WORD(SO_TYPE),          WORD(SO_ERROR),
    WORD(SO_DONTROUTE),   WORD(SO_BROADCAST),    WORD(SO_SNDBUF),        WORD(SO_RCVBUF),
    WORD(SO_KEEPALIVE),   WORD(SO_OOBINLINE),    WORD(SO_NO_CHECK),      WORD(SO_PRIORITY),
    WORD(SO_LINGER),      WORD(SO_BSDCOMPAT),    WORD(SO_REUSEPORT),     WORD(SO_PASSCRED),
    WORD(SO_PEERCRED),    WORD(SO_RCVLOWAT),     WORD(SO_SNDLOWAT),      WORD(SO_RCVTIMEO),
    WORD(SO_SNDTIMEO),    WORD(SO_BINDTODEVICE), WORD(SO_ATTACH_FILTER), WORD(SO_DETACH_FILTER),
    WORD(SO_PEERNAME),    WORD(SO_TIMESTAMP),    WORD(SO_ACCEPTCONN),    WORD(SO_PEERSEC),
    WORD(SO_SNDBUFFORCE), WORD(SO_RCVBUFFORCE),  WORD(SO_PASSSEC),       WORD(SO_TIMESTAMPNS),
    WORD(SO_MARK),        WORD(SO_PROTOCOL),     WORD(SO_DOMAIN),        WORD(SO_PEEK_OFF),
    WORD(SO_COOKIE),      WORD(SO_PEERGROUPS),   WORD(SO_ZEROCOPY),      WORD(SO_INCOMING_CPU),
};

static const char *find(const struct word *words, size_t count, unsigned long value)
{
    for (size_t i = 0; i < count; i++)
        if (words[i].value == value)
            return words[i].text;
    return NULL;
}

/* The one word of @value, or its number. */
static size_t put_one(char *text, size_t size, const struct word *words, size_t count,
                      unsigned long value)
{
    const char *word = find(words, count, value);

    return (size_t)(word != NULL ? scnprintf(text, size, "%s", word)
                                 : scnprintf(text, size, "%ld", (long)value));
}

/* The words of the bits of @value, each after a '|' but the first at the beginning of @text. */
static void put_bits(char *text, size_t size, size_t len, const struct word *words, size_t count,
                     unsigned long value)
{
    for (size_t i = 0; i < count; i++) {
        if (!(value & words[i].value))
            continue;
        value &= ~words[i].value;
        len += (size_t)scnprintf(text + len, size - len, "%s%s", len ? "|" : "", words[i].text);
    }
    if (value)
        scnprintf(text + len, size - len, "%s%#lx", len ? "|" : "", value);
}

bool trace_name_socket(enum syscall_argument kind, unsigned long value, unsigned long previous,
                       char *names, size_t size)
{
    size_t len = 0;

    switch (kind) {
    case ARG_SOCKET_TYPE:
        if ((value & SOCK_TYPE_MASK) || !value)
            len = put_one(names, size, type_words, ARRAY_SIZE(type_words), value & SOCK_TYPE_MASK);
        put_bits(names, size, len, type_flag_words, ARRAY_SIZE(type_flag_words),
                 (u32)value & ~(u32)SOCK_TYPE_MASK);
        return true;
    case ARG_SOCKET_LEVEL:
        put_one(names, size, level_words, ARRAY_SIZE(level_words), (unsigned long)(int)value);
        return true;
    case ARG_SOCKET_OPTION:
        put_one(names, size, option_words,
                (int)previous == SOL_SOCKET ? ARRAY_SIZE(option_words) : 0,
                (unsigned long)(int)value);
        return true;
    case ARG_SHUTDOWN:
        put_one(names, size, shutdown_words, ARRAY_SIZE(shutdown_words), (unsigned long)(int)value);
        return true;
    case ARG_MESSAGE_FLAGS:
        scnprintf(names, size, "%s", value ? "" : "0");
        put_bits(names, size, 0, message_words, ARRAY_SIZE(message_words), (u32)value);
        return true;
    default:
        return false;
    }
}

/* A name: abstract ones with '@' for their zero bytes. */
static size_t put_unix(char *text, size_t size, const struct sockaddr_un *address, size_t len)
{
    bool abstract = address->sun_path[0] == '\0';
    size_t done = (size_t)scnprintf(text, size, "{AF_UNIX, \"");

    for (size_t i = 0; i + sizeof(address->sun_family) < len; i++) {
        char byte = address->sun_path[i];

        if (byte == '\0' && !abstract)
            break;
        done += (size_t)scnprintf(text + done, size - done, "%c",
                                  byte >= ' ' && byte < 0x7f ? byte : '@');
    }
    return done + (size_t)scnprintf(text + done, size - done, "\"}");
}

/* An Internet address, from its bytes in the order of the wire. */
static void put_inet(char *text, size_t size, const u8 *bytes)
{
    scnprintf(text, size, "{AF_INET, %u.%u.%u.%u:%u}", bytes[4], bytes[5], bytes[6], bytes[7],
              bytes[2] << 8 | bytes[3]);
}

static void put_inet6(char *text, size_t size, const u8 *bytes)
{
    size_t len = (size_t)scnprintf(text, size, "{AF_INET6, [");

    for (unsigned i = 0; i < 16; i += 2)
        len += (size_t)scnprintf(text + len, size - len, "%s%x", i ? ":" : "",
                                 bytes[8 + i] << 8 | bytes[9 + i]);
    scnprintf(text + len, size - len, "]:%u}", bytes[2] << 8 | bytes[3]);
}

void trace_socket_address(unsigned long address, unsigned long len, char *text, size_t size)
{
    union {
        u16 family;
        u8 bytes[sizeof(struct sockaddr_un)];
        struct sockaddr_un local;
    } copy = {0};

    len = min(len & 0xffff, sizeof(copy));
    if (!address)
        scnprintf(text, size, "NULL");
    else if (copy_from_user_nofault(&copy, (const void __user *)address, len))
        scnprintf(text, size, "%#lx", address);
    else if (len > sizeof(copy.family) && copy.family == AF_UNIX)
        put_unix(text, size, &copy.local, len);
    else if (len >= 8 && copy.family == AF_INET)
        put_inet(text, size, copy.bytes);
    else if (len >= 24 && copy.family == AF_INET6)
        put_inet6(text, size, copy.bytes);
    else
        scnprintf(text, size, "{family %u}", copy.family);
}
