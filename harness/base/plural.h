/** The ending of a counted noun. */
#ifndef DYNO_BASE_PLURAL_H
#define DYNO_BASE_PLURAL_H

/** "" for one, else "s": "1 statement", "2 statements", "0 statements". */
const char *dyno_plural(long long count);

#endif
