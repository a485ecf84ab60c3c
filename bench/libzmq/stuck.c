/* The roles of a PUB and of SUBs that do not receive: see ../internal/peer/stuck.go,
 * which does the same and says why. */
#include "peer.h"

#include <stdlib.h>

#define TOPIC_ALL 0
#define TOPIC_FIRST 1 /* of the subscriber that receives */
#define FLOOD_WARMUP (20 << 20) /* bytes: more than the buffers of a connection hold */
#define FLOOD_BURST 1000
#define FLOOD_LEAD (FLOOD_BURST / 5)

struct window {
    double wall;
    double cpu;
};

/* burst times n sends, after some that it does not time. */
static void burst(struct end *e, long n, long topic, struct window *sum)
{
    set_message(e->buffer, topic, MARK_COUNT);
    send_many(e, FLOOD_LEAD);
    struct meter m = begin();
    send_many(e, n);
    sum->wall += elapsed(&m);
    sum->cpu += cpu_seconds() - m.cpu;
}

static int compare_double(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static double median(double *numbers, long n)
{
    if (n == 0)
        return 0;
    qsort(numbers, (size_t) n, sizeof *numbers, compare_double);
    return (numbers[(n - 1) / 2] + numbers[n / 2]) / 2;
}

void run_flood(const struct job *j)
{
    struct end e = open_publisher(j);
    long fill = FLOOD_WARMUP / (long) j->size;
    set_message(e.buffer, TOPIC_ALL, MARK_COUNT);
    send_many(&e, fill > j->warmup ? fill : j->warmup);
    long n = j->count / 4 < FLOOD_BURST ? j->count / 4 : FLOOD_BURST;
    if (n < 1)
        n = 1;
    long turns = (j->count + 4 * n - 1) / (4 * n), cpus = 0;
    double *rate = allocate((size_t) turns, sizeof *rate), *cpu = allocate((size_t) turns, sizeof *cpu), all = 0;
    struct report r = {.count = 4 * n * turns};
    struct meter m = begin();
    for (long i = 0; i < turns; i++) {
        struct window free_of = {0, 0}, stuck = {0, 0};
        burst(&e, n, TOPIC_FIRST, &free_of);
        burst(&e, n, TOPIC_ALL, &stuck);
        burst(&e, n, TOPIC_ALL, &stuck);
        burst(&e, n, TOPIC_FIRST, &free_of);
        rate[i] = free_of.wall / stuck.wall;
        if (free_of.cpu > 0)
            cpu[cpus++] = stuck.cpu / free_of.cpu;
        r.seconds += free_of.wall + stuck.wall;
        all += free_of.cpu + stuck.cpu;
    }
    struct stuck s = {median(rate, turns), median(cpu, cpus), all * 1e9 / (double) r.count};
    r.stuck = &s;
    print_report(j, &m, &r);
    hold(j);
    close_end(&e);
    free(rate);
    free(cpu);
}

/* run_ignore receives with the first of its sockets, and not with the others. */
void run_ignore(const struct job *j)
{
    struct end *ends = open_subscribers(j);
    char topic[64];
    set_message(topic, TOPIC_FIRST, 0);
    if (zmq_setsockopt(ends[0].socket, ZMQ_SUBSCRIBE, topic, TOPIC_SIZE) != 0)
        die("ZMQ_SUBSCRIBE");
    struct meter m = begin();
    struct report r = {0};
    zmq_pollitem_t items[2] = {{ends[0].socket, 0, ZMQ_POLLIN, 0}, {NULL, fileno(j->in), ZMQ_POLLIN, 0}};
    while (zmq_poll(items, 2, -1) > 0 && !items[1].revents)
        for (int i = 0; i < 1000 && zmq_recv(ends[0].socket, ends[0].buffer, j->size, ZMQ_DONTWAIT) >= 0; i++)
            ;
    print_report(j, &m, &r);
    for (long i = 0; i < j->peers; i++)
        close_end(&ends[i]);
    free(ends);
}
