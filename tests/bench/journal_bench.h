/* journal_bench.h - what the two parts of bench_journal share. */
#ifndef RA_TESTS_BENCH_JOURNAL_BENCH_H
#define RA_TESTS_BENCH_JOURNAL_BENCH_H

/* End the bench when something that has to work does not. */
void bench_must(int ok, const char *what);
/* A hundred thousand entries verified and exported. */
void bench_many(void);

#endif
