/*
 * The battery clock (MC146818): seconds since 1970, UTC.
 */
#include "acpi_tables.h"
#include "instructions.h"

#include <abi/errno.h>
#include <arch/cpu.h>
#include <arch/time.h>

#define RTC_INDEX 0x70
#define RTC_DATA  0x71

enum rtc_register {
    RTC_SECOND = 0,
    RTC_MINUTE = 2,
    RTC_HOUR = 4,
    RTC_DAY = 7,
    RTC_MONTH = 8,
    RTC_YEAR = 9,
    RTC_STATUS_A = 10,
    RTC_STATUS_B = 11,
};

#define STATUS_A_UPDATING 0x80
#define STATUS_B_SET      0x80
#define STATUS_B_BINARY   0x04
#define STATUS_B_24_HOURS 0x02
#define HOUR_PM           0x80

struct rtc_time {
    u32 second, minute, hour, day, month, year, century;
};

static bool busy; /* (a) guards index and data port: a few instructions, interrupts off */

static irqflags_t enter(void)
{
    irqflags_t flags = irq_save();

    while (__atomic_test_and_set(&busy, __ATOMIC_ACQUIRE))
        cpu_relax();
    return flags;
}

static void leave(irqflags_t flags)
{
    __atomic_clear(&busy, __ATOMIC_RELEASE);
    irq_restore(flags);
}

static u8 rtc_read(u8 reg)
{
    port_write8(RTC_INDEX, reg);
    return port_read8(RTC_DATA);
}

static void rtc_write(u8 reg, u8 value)
{
    port_write8(RTC_INDEX, reg);
    port_write8(RTC_DATA, value);
}

static struct rtc_time read_registers(void)
{
    u8 century = acpi_century_register();

    return (struct rtc_time){rtc_read(RTC_SECOND),
                             rtc_read(RTC_MINUTE),
                             rtc_read(RTC_HOUR),
                             rtc_read(RTC_DAY),
                             rtc_read(RTC_MONTH),
                             rtc_read(RTC_YEAR),
                             century ? rtc_read(century) : 0};
}

static u32 from_bcd(u32 value)
{
    return (value >> 4) * 10 + (value & 0xF);
}

static void decode(struct rtc_time *t, u8 format)
{
    bool pm = !(format & STATUS_B_24_HOURS) && (t->hour & HOUR_PM);

    t->hour &= ~(u32)HOUR_PM;
    if (!(format & STATUS_B_BINARY)) {
        t->second = from_bcd(t->second);
        t->minute = from_bcd(t->minute);
        t->hour = from_bcd(t->hour);
        t->day = from_bcd(t->day);
        t->month = from_bcd(t->month);
        t->year = from_bcd(t->year);
        t->century = from_bcd(t->century);
    }
    if (!(format & STATUS_B_24_HOURS))
        t->hour = t->hour % 12 + (pm ? 12 : 0);
    t->year += t->century ? t->century * 100 : (t->year < 70 ? 2000 : 1900);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar; years begin in March. */
static s64 days_of(u32 year, u32 month, u32 day)
{
    s64 y = (s64)year - (month <= 2);
    s64 era = y / 400;
    s64 year_of_era = y - era * 400;
    s64 day_of_year = (153 * (s64)(month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

s64 arch_rtc_read(void)
{
    irqflags_t flags = enter();
    u8 format = rtc_read(RTC_STATUS_B);
    struct rtc_time t = {0}, again;

    if (format == 0xFF) { /* nobody on the bus */
        leave(flags);
        return 0;
    }
    /* An update in the middle of reading shows as two readings that differ. */
    for (int tries = 0; tries < 10000; tries++) {
        if (rtc_read(RTC_STATUS_A) & STATUS_A_UPDATING)
            continue;
        t = read_registers();
        again = read_registers();
        if (t.second == again.second && t.minute == again.minute && t.hour == again.hour)
            break;
    }
    leave(flags);
    decode(&t, format);
    if (t.month < 1 || t.month > 12 || t.day < 1 || t.day > 31)
        return 0;
    return days_of(t.year, t.month, t.day) * 86400 + t.hour * 3600 + t.minute * 60 + t.second;
}

static struct rtc_time civil_of(s64 seconds)
{
    s64 days = seconds / 86400;
    u32 rest = (u32)(seconds % 86400);
    s64 z = days + 719468;
    s64 era = z / 146097;
    u32 day_of_era = (u32)(z - era * 146097);
    u32 year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    u32 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    u32 month = (5 * day_of_year + 2) / 153;
    u32 year = (u32)(year_of_era + era * 400) + (month >= 10);

    return (struct rtc_time){
        .second = rest % 60,
        .minute = rest / 60 % 60,
        .hour = rest / 3600,
        .day = day_of_year - (153 * month + 2) / 5 + 1,
        .month = month < 10 ? month + 3 : month - 9,
        .year = year % 100,
        .century = year / 100,
    };
}

static u8 encode(u32 value, u8 format)
{
    return (u8)(format & STATUS_B_BINARY ? value : value / 10 << 4 | value % 10);
}

int arch_rtc_write(s64 seconds)
{
    u8 century = acpi_century_register();
    irqflags_t flags;
    struct rtc_time t;
    u8 format;

    if (seconds < 0)
        return -EINVAL;
    t = civil_of(seconds);
    flags = enter();
    format = rtc_read(RTC_STATUS_B);
    if (format == 0xFF) {
        leave(flags);
        return -ENODEV;
    }
    format |= STATUS_B_24_HOURS;
    rtc_write(RTC_STATUS_B, format | STATUS_B_SET);
    rtc_write(RTC_SECOND, encode(t.second, format));
    rtc_write(RTC_MINUTE, encode(t.minute, format));
    rtc_write(RTC_HOUR, encode(t.hour, format));
    rtc_write(RTC_DAY, encode(t.day, format));
    rtc_write(RTC_MONTH, encode(t.month, format));
    rtc_write(RTC_YEAR, encode(t.year, format));
    if (century)
        rtc_write(century, encode(t.century, format));
    rtc_write(RTC_STATUS_B, format & ~STATUS_B_SET);
    leave(flags);
    return 0;
}
