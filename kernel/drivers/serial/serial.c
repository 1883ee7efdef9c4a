/*
 * 16550 serial ports (National Semiconductor PC16550D data sheet) as terminals and as log consoles.
 *
 * Sending: the FIFO takes 16 bytes whenever the transmitter is empty; what does not fit waits in
 * the port's ring for the transmitter-empty interrupt. Receiving: the interrupt moves bytes to the
 * tty; when the tty refuses some, the receive interrupt is switched off and the FIFO (and behind it
 * the sender) waits until there is room.
 *
 * port.lock (rank CONSOLE, interrupts off, because the log writes from anywhere) protects the
 * registers and the ring.
 */
#include "serial.h"

#include <abi/errno.h>
#include <abi/termios.h>
#include <arch/port.h>
#include <arch/user.h>
#include <drivers/interrupt.h>
#include <kern/panic.h>
#include <kern/printk.h>
#include <kern/resource.h>
#include <kern/spinlock.h>
#include <lib/printf.h>
#include <lib/string.h>

#include "../tty/tty.h"

#define NR_PORTS  4
#define RING_SIZE 4096u
#define FIFO_SIZE 16

/* Registers, offsets from the port's base. */
enum {
    REG_DATA = 0,
    REG_DIVISOR_LOW = 0,
    REG_INTERRUPT_ENABLE = 1,
    REG_DIVISOR_HIGH = 1,
    REG_INTERRUPT_ID = 2,
    REG_FIFO_CONTROL = 2,
    REG_LINE_CONTROL = 3,
    REG_MODEM_CONTROL = 4,
    REG_LINE_STATUS = 5,
    REG_MODEM_STATUS = 6,
    REG_SCRATCH = 7,
};

#define ENABLE_RECEIVE  0x01
#define ENABLE_TRANSMIT 0x02
#define ENABLE_STATUS   0x04

#define STATUS_DATA     0x01
#define STATUS_BREAK    0x10
#define STATUS_TX_EMPTY 0x20
#define STATUS_ALL_SENT 0x40

struct serial_port {
    u16 base;     /* (I) */
    u8 line;      /* (I) interrupt */
    bool present; /* (I) after init */
    struct spinlock lock;
    u8 enabled;         /* (lock) interrupt-enable register */
    u8 ring[RING_SIZE]; /* (lock) */
    u32 tail, head;     /* (lock) */
    struct tty tty;
    struct interrupt_handler handler;
    struct console console;
    char console_name[8];
};

static struct serial_port ports[NR_PORTS] = {
    {.base = 0x3F8, .line = 4},
    {.base = 0x2F8, .line = 3},
    {.base = 0x3E8, .line = 4},
    {.base = 0x2E8, .line = 3},
};

static u8 port_get(const struct serial_port *port, u16 reg)
{
    return port_read8(port->base + reg);
}

static void port_set(const struct serial_port *port, u16 reg, u8 value)
{
    port_write8(port->base + reg, value);
}

static void set_enabled(struct serial_port *port, u8 enabled)
{
    if (port->enabled == enabled)
        return;
    port->enabled = enabled;
    port_set(port, REG_INTERRUPT_ENABLE, enabled);
}

/* Feed the transmitter from the ring; ask for an interrupt if something is left. */
static void transmit(struct serial_port *port)
{
    while (port->tail != port->head && (port_get(port, REG_LINE_STATUS) & STATUS_TX_EMPTY))
        for (unsigned i = 0; i < FIFO_SIZE && port->tail != port->head; i++)
            port_set(port, REG_DATA, port->ring[port->tail++ % RING_SIZE]);
    if (port->tail != port->head)
        set_enabled(port, port->enabled | ENABLE_TRANSMIT);
    else
        set_enabled(port, port->enabled & (u8)~ENABLE_TRANSMIT);
}

static size_t room(struct tty *tty)
{
    struct serial_port *port = tty->device;
    irqflags_t flags = spin_lock_irqsave(&port->lock);
    size_t free = RING_SIZE - (port->head - port->tail);

    spin_unlock_irqrestore(&port->lock, flags);
    return free;
}

static void write(struct tty *tty, const u8 *text, size_t len)
{
    struct serial_port *port = tty->device;
    irqflags_t flags = spin_lock_irqsave(&port->lock);

    for (size_t i = 0; i < len; i++)
        port->ring[port->head++ % RING_SIZE] = text[i];
    transmit(port);
    spin_unlock_irqrestore(&port->lock, flags);
}

static bool is_sent(struct tty *tty)
{
    struct serial_port *port = tty->device;
    irqflags_t flags = spin_lock_irqsave(&port->lock);
    bool sent = port->tail == port->head && (port_get(port, REG_LINE_STATUS) & STATUS_ALL_SENT);

    spin_unlock_irqrestore(&port->lock, flags);
    return sent;
}

static void unthrottle(struct tty *tty)
{
    struct serial_port *port = tty->device;
    irqflags_t flags = spin_lock_irqsave(&port->lock);

    set_enabled(port, port->enabled | ENABLE_RECEIVE);
    spin_unlock_irqrestore(&port->lock, flags);
}

/* Bytes waiting in the FIFO, at most @len. A break is reported to *broken. */
static size_t read_fifo(struct serial_port *port, u8 *bytes, size_t len, bool *broken)
{
    irqflags_t flags = spin_lock_irqsave(&port->lock);
    size_t count = 0;
    u8 status;

    while (count < len && ((status = port_get(port, REG_LINE_STATUS)) & STATUS_DATA)) {
        bytes[count] = port_get(port, REG_DATA);
        if (status & STATUS_BREAK)
            *broken = true;
        else
            count++;
    }
    spin_unlock_irqrestore(&port->lock, flags);
    return count;
}

static void stop_receiving(struct serial_port *port)
{
    irqflags_t flags = spin_lock_irqsave(&port->lock);

    set_enabled(port, port->enabled & (u8)~ENABLE_RECEIVE);
    spin_unlock_irqrestore(&port->lock, flags);
}

/*
 * Move the FIFO to the tty while the tty has room. Room is asked for again after the interrupt was
 * switched off, because the tty may have made some in between, and would not tell us again.
 */
static void receive(struct serial_port *port)
{
    for (;;) {
        size_t wanted = min(tty_receive_room(&port->tty), (size_t)FIFO_SIZE);
        u8 bytes[FIFO_SIZE];
        bool broken = false;
        size_t count;

        if (wanted == 0) {
            stop_receiving(port);
            if (tty_receive_room(&port->tty) == 0)
                return;
            unthrottle(&port->tty);
            continue;
        }
        count = read_fifo(port, bytes, wanted, &broken);
        if (broken)
            tty_receive_break(&port->tty);
        if (count)
            tty_receive(&port->tty, bytes, count);
        if (count < wanted)
            return;
    }
}

/* Send what waits. True: there is room again. */
static bool transmit_more(struct serial_port *port)
{
    irqflags_t flags = spin_lock_irqsave(&port->lock);
    bool was_waiting = port->enabled & ENABLE_TRANSMIT;

    if (was_waiting)
        transmit(port);
    spin_unlock_irqrestore(&port->lock, flags);
    return was_waiting;
}

static bool handle(struct interrupt_handler *handler)
{
    struct serial_port *port = container_of(handler, struct serial_port, handler);
    bool served = false;
    bool sent = false;

    while (!(port_get(port, REG_INTERRUPT_ID) & 1)) {
        served = true;
        if (port->enabled & ENABLE_RECEIVE)
            receive(port);
        sent |= transmit_more(port);
        port_get(port, REG_LINE_STATUS);
        port_get(port, REG_MODEM_STATUS);
    }
    if (sent)
        tty_output_ready(&port->tty);
    return served;
}

/* The log: in order with what programs wrote, at once, waiting for the device (it may be the last
 * words). */
static void console_write(struct console *console, const char *text, size_t len)
{
    struct serial_port *port = container_of(console, struct serial_port, console);
    irqflags_t flags = spin_lock_irqsave(&port->lock);

    while (port->tail != port->head)
        transmit(port);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n')
            port_set(port, REG_DATA, '\r');
        while (!(port_get(port, REG_LINE_STATUS) & STATUS_TX_EMPTY))
            cpu_relax();
        port_set(port, REG_DATA, (u8)text[i]);
    }
    spin_unlock_irqrestore(&port->lock, flags);
}

static void never_destroyed(struct tty *tty)
{
    panic("%s: the last reference is gone", tty->name);
}

static long serial_ioctl(struct tty *tty, struct file *file, unsigned request,
                         unsigned long argument)
{
    struct serial_port *port = tty->device;
    int lines;

    (void)file;
    if (request != TIOCMGET)
        return -ENOTTY;
    /* DTR and RTS are on; CTS, DSR, RI and CD as the line shows them. */
    lines = 0x006;
    if (port_get(port, REG_MODEM_STATUS) & 0x10)
        lines |= 0x020;
    if (port_get(port, REG_MODEM_STATUS) & 0x20)
        lines |= 0x100;
    if (port_get(port, REG_MODEM_STATUS) & 0x80)
        lines |= 0x040;
    return put_user(lines, (int __user *)argument);
}

static const struct tty_ops serial_ops = {
    .room = room,
    .write = write,
    .is_sent = is_sent,
    .unthrottle = unthrottle,
    .ioctl = serial_ioctl,
    .destroy = never_destroyed,
};

/* A port is there when its scratch register holds what is written to it. */
static bool probe(const struct serial_port *port)
{
    port_set(port, REG_SCRATCH, 0x5A);
    if (port_get(port, REG_SCRATCH) != 0x5A)
        return false;
    port_set(port, REG_SCRATCH, 0xA5);
    return port_get(port, REG_SCRATCH) == 0xA5;
}

/* 115200 baud, 8 bits, no parity; FIFO on, interrupt at one byte; DTR, RTS and the interrupt gate.
 */
static void set_up(struct serial_port *port)
{
    port_set(port, REG_INTERRUPT_ENABLE, 0);
    port_set(port, REG_LINE_CONTROL, 0x80);
    port_set(port, REG_DIVISOR_LOW, 1);
    port_set(port, REG_DIVISOR_HIGH, 0);
    port_set(port, REG_LINE_CONTROL, 0x03);
    port_set(port, REG_FIFO_CONTROL, 0x01);
    port_set(port, REG_MODEM_CONTROL, 0x0B);
    set_enabled(port, ENABLE_RECEIVE | ENABLE_STATUS);
}

static int port_init(struct serial_port *port, unsigned number)
{
    int error;

    spin_lock_init(&port->lock, LOCK_RANK_CONSOLE);
    scnprintf(port->console_name, sizeof(port->console_name), "ttyS%u", number);
    tty_init(&port->tty, &serial_ops, port->console_name, TTY_MAJOR_VIRTUAL, 64 + number, port);
    port->tty.line.termios.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL;
    port->handler.handle = handle;
    port->handler.name = port->console_name;
    port->console.name = port->console_name;
    port->console.write = console_write;
    set_up(port);
    port->present = true;
    error = interrupt_register(port->line, false, &port->handler);
    if (!error)
        error = tty_register(&port->tty, 0620);
    return error;
}

void serial_init(void)
{
    for (unsigned i = 0; i < NR_PORTS; i++) {
        int error;

        if (!probe(&ports[i]))
            continue;
        resource_claim(RESOURCE_PORTS, ports[i].base, 8, "serial");
        error = port_init(&ports[i], i);
        if (error)
            pr_err("ttyS%u: error %d", i, error);
        else
            pr_info("ttyS%u: 16550 at port %#x, interrupt %u", i, ports[i].base, ports[i].line);
    }
}

struct tty *serial_tty(unsigned number)
{
    return number < NR_PORTS && ports[number].present ? &ports[number].tty : NULL;
}

struct console *serial_console(unsigned number)
{
    return number < NR_PORTS && ports[number].present ? &ports[number].console : NULL;
}
