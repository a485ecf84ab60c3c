/* Clocks, counters and reports. */
#include "peer.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void die(const char *what)
{
    fprintf(stderr, "peer: %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(1);
}

void die_because(const char *why)
{
    fprintf(stderr, "peer: %s\n", why);
    exit(1);
}

void *allocate(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (!p)
        die_because("out of memory");
    return p;
}

long nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static struct rusage used(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) != 0)
        die("getrusage");
    return u;
}

double cpu_seconds(void)
{
    struct rusage u = used();
    return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec)
           + (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static long status_bytes(const char *format)
{
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    if (!f)
        return 0;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, format, &kib) == 1)
            break;
    fclose(f);
    return kib * 1024;
}

/* Not ru_maxrss: Linux carries that one over exec, so that a small program
 * started by a big one reports the big one's memory. 0 means unknown. */
long max_rss_bytes(void)
{
    return status_bytes("VmHWM: %ld kB");
}

static long rss_bytes(void)
{
    return status_bytes("VmRSS: %ld kB");
}

struct meter begin(void)
{
    struct meter m;
    m.sleeps = used().ru_nvcsw;
    m.cpu = cpu_seconds();
    m.wall = m.cpu_since = (double) nanoseconds() / 1e9;
    return m;
}

double elapsed(const struct meter *m)
{
    return (double) nanoseconds() / 1e9 - m->wall;
}

/* weigh returns what is resident before something is made, weigh_again sets
 * how much more that is then, as it is and at least. */
long weigh(void)
{
    malloc_trim(0);
    return rss_bytes();
}

void weigh_again(long before, struct report *r)
{
    r->held_bytes = rss_bytes() - before;
    malloc_trim(0);
    r->held_least_bytes = rss_bytes() - before;
}

/* nearest_rank gives the smallest time that a share of all does not exceed. */
static long nearest_rank(const long *sorted, long n, double share)
{
    long rank = (long) ((double) n * share);
    if ((double) rank < (double) n * share)
        rank++;
    return sorted[rank < 1 ? 0 : rank - 1];
}

static int compare_long(const void *a, const void *b)
{
    long x = *(const long *) a, y = *(const long *) b;
    return (x > y) - (x < y);
}

static void print_rounds(FILE *out, long *rounds, long n)
{
    double sum = 0, rest;
    qsort(rounds, (size_t) n, sizeof *rounds, compare_long);
    for (long i = 0; i < n; i++)
        sum += (double) rounds[i];
    fprintf(out, ",\"rtt\":{\"mean_ns\":%.1f,\"p50_ns\":%ld,\"p99_ns\":%ld,\"p999_ns\":%ld,\"max_ns\":%ld,\"points\":[",
            sum / (double) n, nearest_rank(rounds, n, 0.5), nearest_rank(rounds, n, 0.99),
            nearest_rank(rounds, n, 0.999), rounds[n - 1]);
    fprintf(out, "{\"q\":0,\"ns\":%ld}", rounds[0]);
    for (rest = 0.5; rest > 1e-6; rest /= 2)
        fprintf(out, ",{\"q\":%.9f,\"ns\":%ld}", 1 - rest, nearest_rank(rounds, n, 1 - rest));
    fprintf(out, ",{\"q\":1,\"ns\":%ld}]}", rounds[n - 1]);
}

/* print_report completes r with the CPU time since m; it sorts its rounds. */
void print_report(const struct job *j, const struct meter *m, struct report *r)
{
    int major, minor, patch;
    r->cpu_seconds = cpu_seconds() - m->cpu;
    long sleeps = used().ru_nvcsw - m->sleeps;
    double cpu_wall = (double) nanoseconds() / 1e9 - m->cpu_since;
    zmq_version(&major, &minor, &patch);
    if (r->count == 0)
        r->count = j->count;
    fprintf(j->out, "{\"library\":\"libzmq %d.%d.%d\",\"role\":\"%s\",\"size\":%zu,\"count\":%ld,"
                    "\"seconds\":%.9f,\"rate\":%.3f,\"cpu_seconds\":%.6f,\"cpu_wall_seconds\":%.6f,\"max_rss_bytes\":%ld,"
                    "\"sleeps\":%ld,\"held_bytes\":%ld,\"held_least_bytes\":%ld",
            major, minor, patch, j->role, j->size, r->count, r->seconds,
            r->seconds > 0 ? (double) r->count / r->seconds : 0.0, r->cpu_seconds, cpu_wall, max_rss_bytes(),
            sleeps, r->held_bytes, r->held_least_bytes);
    if (r->rounds)
        print_rounds(j->out, r->rounds, r->count);
    if (r->stuck)
        fprintf(j->out, ",\"stuck\":{\"rate\":%.6f,\"cpu\":%.6f,\"send_cpu_ns\":%.3f}", r->stuck->rate, r->stuck->cpu,
                r->stuck->send_cpu_ns);
    fprintf(j->out, "}\n");
    fflush(j->out);
}
