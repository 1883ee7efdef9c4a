/*
 * Terminal settings as user space sees them: termios(3), ioctl_tty(2). Values of x86-64 Linux.
 */
#pragma once

#include <lib/types.h>

#define TERMIOS_NR_CC 19

/* struct of TCGETS/TCSETS: the kernel's, smaller than the C library's. */
struct abi_termios {
    u32 c_iflag;
    u32 c_oflag;
    u32 c_cflag;
    u32 c_lflag;
    u8 c_line;
    u8 c_cc[TERMIOS_NR_CC];
};
_Static_assert(sizeof(struct abi_termios) == 36, "struct termios");

/* struct of TCGETS2/TCSETS2. */
struct abi_termios2 {
    struct abi_termios base;
    u32 c_ispeed;
    u32 c_ospeed;
};
_Static_assert(sizeof(struct abi_termios2) == 44, "struct termios2");

struct abi_termio {
    u16 c_iflag, c_oflag, c_cflag, c_lflag;
    u8 c_line;
    u8 c_cc[8];
};

struct abi_winsize {
    u16 ws_row, ws_col, ws_xpixel, ws_ypixel;
};

enum termios_cc {
    VINTR,
    VQUIT,
    VERASE,
    VKILL,
    VEOF,
    VTIME,
    VMIN,
    VSWTC,
    VSTART,
    VSTOP,
    VSUSP,
    VEOL,
    VREPRINT,
    VDISCARD,
    VWERASE,
    VLNEXT,
    VEOL2,
};

/* c_iflag */
#define IGNBRK  0000001u
#define BRKINT  0000002u
#define IGNPAR  0000004u
#define PARMRK  0000010u
#define INPCK   0000020u
#define ISTRIP  0000040u
#define INLCR   0000100u
#define IGNCR   0000200u
#define ICRNL   0000400u
#define IUCLC   0001000u
#define IXON    0002000u
#define IXANY   0004000u
#define IXOFF   0010000u
#define IMAXBEL 0020000u
#define IUTF8   0040000u

/* c_oflag */
#define OPOST  0000001u
#define OLCUC  0000002u
#define ONLCR  0000004u
#define OCRNL  0000010u
#define ONOCR  0000020u
#define ONLRET 0000040u
#define TABDLY 0014000u
#define XTABS  0014000u

/* c_cflag */
#define CBAUD   0010017u
#define B0      0000000u
#define B9600   0000015u
#define B38400  0000017u
#define B115200 0010002u
#define CSIZE   0000060u
#define CS8     0000060u
#define CSTOPB  0000100u
#define CREAD   0000200u
#define PARENB  0000400u
#define HUPCL   0002000u
#define CLOCAL  0004000u

/* c_lflag */
#define ISIG    0000001u
#define ICANON  0000002u
#define XCASE   0000004u
#define ECHO    0000010u
#define ECHOE   0000020u
#define ECHOK   0000040u
#define ECHONL  0000100u
#define NOFLSH  0000200u
#define TOSTOP  0000400u
#define ECHOCTL 0001000u
#define ECHOPRT 0002000u
#define ECHOKE  0004000u
#define FLUSHO  0010000u
#define PENDIN  0040000u
#define IEXTEN  0100000u
#define EXTPROC 0200000u

/* ioctl requests */
#define TCGETS         0x5401
#define TCSETS         0x5402
#define TCSETSW        0x5403
#define TCSETSF        0x5404
#define TCGETA         0x5405
#define TCSETA         0x5406
#define TCSETAW        0x5407
#define TCSETAF        0x5408
#define TCSBRK         0x5409
#define TCXONC         0x540A
#define TCFLSH         0x540B
#define TIOCEXCL       0x540C
#define TIOCNXCL       0x540D
#define TIOCSCTTY      0x540E
#define TIOCGPGRP      0x540F
#define TIOCSPGRP      0x5410
#define TIOCOUTQ       0x5411
#define TIOCSTI        0x5412
#define TIOCGWINSZ     0x5413
#define TIOCSWINSZ     0x5414
#define TIOCMGET       0x5415
#define TIOCMBIS       0x5416
#define TIOCMBIC       0x5417
#define TIOCMSET       0x5418
#define TIOCGSOFTCAR   0x5419
#define TIOCSSOFTCAR   0x541A
#define TIOCINQ        0x541B /* FIONREAD */
#define TIOCCONS       0x541D
#define TIOCGSERIAL    0x541E
#define TIOCPKT        0x5420
#define TIOCNOTTY      0x5422
#define TIOCSETD       0x5423
#define TIOCGETD       0x5424
#define TCSBRKP        0x5425
#define TIOCGSID       0x5429
#define TCGETS2        0x802C542A
#define TCSETS2        0x402C542B
#define TCSETSW2       0x402C542C
#define TCSETSF2       0x402C542D
#define TIOCGPTN       0x80045430
#define TIOCSPTLCK     0x40045431
#define TIOCGDEV       0x80045432
#define TIOCVHANGUP    0x5437
#define TIOCGPKT       0x80045438
#define TIOCGPTLCK     0x80045439
#define TIOCGEXCL      0x80045440
#define TIOCGPTPEER    0x5441
#define TIOCGLCKTRMIOS 0x5456
#define TIOCSLCKTRMIOS 0x5457

/* TCXONC and TCFLSH arguments */
#define TCOOFF    0
#define TCOON     1
#define TCIOFF    2
#define TCION     3
#define TCIFLUSH  0
#define TCOFLUSH  1
#define TCIOFLUSH 2

/* Packet mode status byte of a pty master */
#define TIOCPKT_DATA       0
#define TIOCPKT_FLUSHREAD  1
#define TIOCPKT_FLUSHWRITE 2
#define TIOCPKT_STOP       4
#define TIOCPKT_START      8
#define TIOCPKT_NOSTOP     16
#define TIOCPKT_DOSTOP     32
