#include "text/units.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/clock.h"

#define US_PER_SECOND    ((uint64_t)CLOCK_US_PER_SECOND)
#define LONGEST_DURATION (UINT64_C(100) * 366 * 86400 * US_PER_SECOND)
#define FRACTION_SCALE   UINT64_C(1000000000) /* parts of one in which a fraction is counted */

/* Reads digits. False: there are none, or the number does not fit into an int64_t. */
static bool read_whole(const char **text, uint64_t *number)
{
    const char *next = *text;
    if (!ascii_is_digit(*next))
        return false;
    uint64_t value = 0;
    for (; ascii_is_digit(*next); next++) {
        uint64_t digit = (uint64_t)(*next - '0');
        if (value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *text = next;
    *number = value;
    return true;
}

struct decimal {
    uint64_t whole;
    uint64_t fraction; /* in FRACTION_SCALE parts of one; digits after the ninth are dropped */
    bool has_fraction;
};

static bool read_decimal(const char **text, struct decimal *decimal)
{
    *decimal = (struct decimal){0};
    if (!read_whole(text, &decimal->whole))
        return false;
    if (**text != '.')
        return true;
    const char *next = *text + 1;
    if (!ascii_is_digit(*next))
        return false;
    decimal->has_fraction = true;
    uint64_t part = FRACTION_SCALE / 10;
    for (; ascii_is_digit(*next); next++, part /= 10)
        decimal->fraction += (uint64_t)(*next - '0') * part;
    *text = next;
    return true;
}

/* `decimal` times `unit`, rounded down. False: more than `maximum`. */
static bool multiply(
    const struct decimal *decimal, uint64_t unit, uint64_t maximum, int64_t *product)
{
    if (decimal->whole > maximum / unit)
        return false;
    uint64_t whole = decimal->whole * unit;
    /* A unit is up to 86,400,000,000 and a fraction below 10^9. Their product could overflow, so
     * the unit is split first. */
    uint64_t part = unit / FRACTION_SCALE * decimal->fraction +
                    unit % FRACTION_SCALE * decimal->fraction / FRACTION_SCALE;
    if (part > maximum - whole)
        return false;
    *product = (int64_t)(whole + part);
    return true;
}

struct unit {
    const char *name;
    uint64_t factor;
};

/* The factor of the unit `name`; 0: there is no such unit. */
static uint64_t find_unit(const struct unit *units, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(units[i].name, name) == 0)
            return units[i].factor;
    }
    return 0;
}

bool units_parse_number(const char *text, int64_t minimum, int64_t maximum, int64_t *number)
{
    uint64_t value;
    if (!read_whole(&text, &value) || *text != '\0')
        return false;
    if ((int64_t)value < minimum || (int64_t)value > maximum)
        return false;
    *number = (int64_t)value;
    return true;
}

bool units_parse_duration(const char *text, int64_t *microseconds)
{
    static const struct unit units[] = {
        {"", US_PER_SECOND},
        {"ms", US_PER_SECOND / 1000},
        {"s", US_PER_SECOND},
        {"m", 60 * US_PER_SECOND},
        {"h", 3600 * US_PER_SECOND},
        {"d", 86400 * US_PER_SECOND},
    };
    struct decimal decimal;
    if (!read_decimal(&text, &decimal))
        return false;
    uint64_t unit = find_unit(units, sizeof units / sizeof *units, text);
    return unit != 0 && multiply(&decimal, unit, LONGEST_DURATION, microseconds);
}

bool units_parse_bytes(const char *text, int64_t *bytes)
{
    static const struct unit units[] = {
        {"", 1},
        {"k", UINT64_C(1) << 10},
        {"K", UINT64_C(1) << 10},
        {"m", UINT64_C(1) << 20},
        {"M", UINT64_C(1) << 20},
        {"g", UINT64_C(1) << 30},
        {"G", UINT64_C(1) << 30},
    };
    struct decimal decimal;
    if (!read_decimal(&text, &decimal))
        return false;
    uint64_t unit = find_unit(units, sizeof units / sizeof *units, text);
    if (unit == 0 || (unit == 1 && decimal.has_fraction))
        return false;
    return multiply(&decimal, unit, INT64_MAX, bytes);
}

void units_format_bytes(int64_t bytes, char *out)
{
    static const char *const names[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) {
        (void)snprintf(out, UNITS_TEXT_SIZE, "%" PRId64 " B", bytes < 0 ? 0 : bytes);
        return;
    }
    double value = (double)bytes / 1024;
    size_t name = 0;
    /* From 1,023.95 on, %.1f would show 1024.0 of the smaller unit. */
    while (value >= 1023.95 && name + 1 < sizeof names / sizeof *names) {
        value /= 1024;
        name++;
    }
    (void)snprintf(out, UNITS_TEXT_SIZE, "%.1f %s", value, names[name]);
}

/* Writes "5 min 3 s", or "5 min" where the smaller unit has none. */
static void write_two(
    char *out, int64_t large, const char *large_unit, int64_t small, const char *small_unit)
{
    if (small == 0)
        (void)snprintf(out, UNITS_TEXT_SIZE, "%" PRId64 " %s", large, large_unit);
    else
        (void)snprintf(out, UNITS_TEXT_SIZE, "%" PRId64 " %s %" PRId64 " %s", large, large_unit,
            small, small_unit);
}

void units_format_duration(int64_t microseconds, char *out)
{
    int64_t tenths = microseconds < 0 ? 0 : microseconds / 100000 + microseconds % 100000 / 50000;
    int64_t seconds = (tenths + 5) / 10;
    int64_t minutes = (seconds + 30) / 60;
    int64_t hours = (minutes + 30) / 60;
    if (tenths < 600)
        (void)snprintf(out, UNITS_TEXT_SIZE, "%" PRId64 ".%" PRId64 " s", tenths / 10, tenths % 10);
    else if (seconds < 3600)
        write_two(out, seconds / 60, "min", seconds % 60, "s");
    else if (minutes < 24 * 60)
        write_two(out, minutes / 60, "h", minutes % 60, "min");
    else
        write_two(out, hours / 24, "d", hours % 24, "h");
}
