/* peer: one end of a measurement over libzmq's C API.
 *
 *   peer ROLE ENDPOINT bind|connect SIZE COUNT WARMUP SECONDS [buffer|message]
 *
 * ROLE is push, pull, req, rep, or pair-inproc (both ends in one process, two
 * threads). SIZE is in bytes. WARMUP messages (at least one) go before the
 * COUNT that are measured. After SECONDS the process is killed by its alarm.
 * The last argument says how messages are received: into one buffer with
 * zmq_recv (the default), or as a zmq_msg_t with zmq_msg_recv.
 *
 * Who binds prints {"endpoint":...} first, with the port really bound. Each
 * role then prints one JSON line. pull, req and pair-inproc print it when
 * their last message is in; push and rep when their standard input ends.
 * That is how a runner says "the other end has everything": only then is the
 * I/O thread's work done, and only then may the sender close, for over ipc
 * libzmq loses what the receiver had not yet read. All roles keep their socket
 * open until standard input ends.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

struct job {
    const char *role;
    const char *endpoint;
    int bind;
    size_t size; /* bytes */
    long count;
    long warmup;
    int by_message;
};

/* An end is a socket and the memory that all of its messages go through. */
struct end {
    void *socket;
    size_t size;
    char *buffer;
    int by_message;
    zmq_msg_t message;
};

/* A meter holds the instant and the CPU time at which measuring began. */
struct meter {
    double wall;
    double cpu;
};

struct report {
    double seconds;
    double cpu_seconds;
    const long *rounds; /* sorted, nanoseconds; NULL if none were timed */
};

static void die(const char *what)
{
    fprintf(stderr, "peer: %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(1);
}

static void usage(const char *why)
{
    fprintf(stderr, "peer: %s\nusage: peer push|pull|req|rep|pair-inproc ENDPOINT bind|connect"
                    " SIZE COUNT WARMUP SECONDS [buffer|message]\n", why);
    exit(2);
}

/* ---- clocks and counters ------------------------------------------------ */

static long nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static double cpu_seconds(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) != 0)
        die("getrusage");
    return (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec)
           + (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Not ru_maxrss: Linux carries that one over exec, so that a small program
 * started by a big one reports the big one's memory. 0 means unknown. */
static long max_rss_bytes(void)
{
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    if (!f)
        return 0;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %ld kB", &kib) == 1)
            break;
    fclose(f);
    return kib * 1024;
}

static struct meter begin(void)
{
    struct meter m;
    m.cpu = cpu_seconds();
    m.wall = (double) nanoseconds() / 1e9;
    return m;
}

static double elapsed(const struct meter *m)
{
    return (double) nanoseconds() / 1e9 - m->wall;
}

/* ---- messages ----------------------------------------------------------- */

static struct end open_end(void *context, int type, const struct job *j, int bind)
{
    struct end e;
    memset(&e, 0, sizeof e);
    e.size = j->size;
    e.by_message = j->by_message;
    e.buffer = calloc(1, j->size + 1);
    e.socket = zmq_socket(context, type);
    if (!e.buffer || !e.socket || zmq_msg_init(&e.message) != 0)
        die("zmq_socket");
    if (!bind) {
        if (zmq_connect(e.socket, j->endpoint) != 0)
            die("zmq_connect");
        return e;
    }
    if (zmq_bind(e.socket, j->endpoint) != 0)
        die("zmq_bind");
    char bound[512];
    size_t n = sizeof bound;
    if (zmq_getsockopt(e.socket, ZMQ_LAST_ENDPOINT, bound, &n) != 0)
        die("zmq_getsockopt");
    printf("{\"endpoint\":\"%s\"}\n", bound);
    fflush(stdout);
    return e;
}

static void close_end(struct end *e)
{
    zmq_msg_close(&e->message);
    zmq_close(e->socket);
    free(e->buffer);
}

static void send_one(struct end *e)
{
    if (zmq_send(e->socket, e->buffer, e->size, 0) < 0)
        die("zmq_send");
}

static void receive_one(struct end *e)
{
    int n = e->by_message ? zmq_msg_recv(&e->message, e->socket, 0)
                          : zmq_recv(e->socket, e->buffer, e->size, 0);
    if (n < 0)
        die("zmq_recv");
    if ((size_t) n != e->size) {
        fprintf(stderr, "peer: received %d bytes, want %zu\n", n, e->size);
        exit(1);
    }
}

static void send_many(struct end *e, long n)
{
    while (n-- > 0)
        send_one(e);
}

static void receive_many(struct end *e, long n)
{
    while (n-- > 0)
        receive_one(e);
}

/* hold waits for the end of standard input. */
static void hold(void)
{
    char discard[64];
    ssize_t n;
    do
        n = read(STDIN_FILENO, discard, sizeof discard);
    while (n > 0 || (n < 0 && errno == EINTR));
}

/* ---- roles -------------------------------------------------------------- */

/* nearest_rank gives the smallest sample that a share of all, in per mille,
 * does not exceed. */
static long nearest_rank(const long *sorted, long n, long per_mille)
{
    long rank = (n * per_mille + 999) / 1000;
    return sorted[rank < 1 ? 0 : rank - 1];
}

static void print_report(const struct job *j, const struct report *r)
{
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    printf("{\"library\":\"libzmq %d.%d.%d\",\"role\":\"%s\",\"size\":%zu,\"count\":%ld,"
           "\"seconds\":%.9f,\"rate\":%.3f,\"cpu_seconds\":%.6f,\"max_rss_bytes\":%ld",
           major, minor, patch, j->role, j->size, j->count, r->seconds,
           r->seconds > 0 ? (double) j->count / r->seconds : 0.0, r->cpu_seconds,
           max_rss_bytes());
    if (r->rounds) {
        double sum = 0;
        for (long i = 0; i < j->count; i++)
            sum += (double) r->rounds[i];
        printf(",\"rtt_mean_ns\":%.1f,\"rtt_p50_ns\":%ld,\"rtt_p99_ns\":%ld",
               sum / (double) j->count, nearest_rank(r->rounds, j->count, 500),
               nearest_rank(r->rounds, j->count, 990));
    }
    printf("}\n");
    fflush(stdout);
}

static void run_push(struct end *e, const struct job *j)
{
    send_many(e, j->warmup);
    struct meter m = begin();
    send_many(e, j->count);
    struct report r = {elapsed(&m), 0, NULL};
    hold();
    r.cpu_seconds = cpu_seconds() - m.cpu;
    print_report(j, &r);
}

/* The clock starts when the last warm-up message is in, so that exactly COUNT
 * messages arrive within the time measured. */
static void run_pull(struct end *e, const struct job *j)
{
    receive_many(e, j->warmup);
    struct meter m = begin();
    receive_many(e, j->count);
    struct report r = {elapsed(&m), 0, NULL};
    r.cpu_seconds = cpu_seconds() - m.cpu;
    print_report(j, &r);
    hold();
}

static int compare_long(const void *a, const void *b)
{
    long x = *(const long *) a, y = *(const long *) b;
    return (x > y) - (x < y);
}

static void run_req(struct end *e, const struct job *j)
{
    long *rounds = calloc((size_t) j->count, sizeof *rounds);
    if (!rounds)
        die("calloc");
    for (long i = 0; i < j->warmup; i++) {
        send_one(e);
        receive_one(e);
    }
    struct meter m = begin();
    long before = nanoseconds();
    for (long i = 0; i < j->count; i++) {
        send_one(e);
        receive_one(e);
        long after = nanoseconds();
        rounds[i] = after - before;
        before = after;
    }
    struct report r = {elapsed(&m), 0, rounds};
    r.cpu_seconds = cpu_seconds() - m.cpu;
    qsort(rounds, (size_t) j->count, sizeof *rounds, compare_long);
    print_report(j, &r);
    hold();
    free(rounds);
}

/* The reply is sent from the buffer in either way of receiving: the bytes are
 * the same, and a zmq_msg_t would be emptied by sending it. */
static void run_rep(struct end *e, const struct job *j)
{
    for (long i = 0; i < j->warmup; i++) {
        receive_one(e);
        send_one(e);
    }
    struct meter m = begin();
    for (long i = 0; i < j->count; i++) {
        receive_one(e);
        send_one(e);
    }
    struct report r = {elapsed(&m), 0, NULL};
    hold();
    r.cpu_seconds = cpu_seconds() - m.cpu;
    print_report(j, &r);
}

struct sender {
    struct end *end;
    long count;
};

static void *sender_thread(void *argument)
{
    struct sender *s = argument;
    send_many(s->end, s->count);
    return NULL;
}

/* Both sockets are opened and closed here; the thread has the sending one
 * between its creation and its join, which are the fences libzmq asks for. */
static void run_pair_inproc(void *context, const struct job *j)
{
    struct end in = open_end(context, ZMQ_PAIR, j, 1);
    struct end out = open_end(context, ZMQ_PAIR, j, 0);
    struct sender s = {&out, j->warmup + j->count};
    pthread_t thread;
    if (pthread_create(&thread, NULL, sender_thread, &s) != 0)
        die("pthread_create");
    run_pull(&in, j);
    pthread_join(thread, NULL);
    close_end(&out);
    close_end(&in);
}

/* ---- arguments ---------------------------------------------------------- */

static long number(const char *text, long least)
{
    char *rest;
    errno = 0;
    long n = strtol(text, &rest, 10);
    if (errno != 0 || rest == text || *rest != '\0' || n < least)
        usage(text);
    return n;
}

static struct job parse(int argc, char **argv)
{
    if (argc < 8 || argc > 9)
        usage("wrong number of arguments");
    struct job j;
    j.role = argv[1];
    j.endpoint = argv[2];
    j.bind = strcmp(argv[3], "bind") == 0;
    if (!j.bind && strcmp(argv[3], "connect") != 0)
        usage(argv[3]);
    j.size = (size_t) number(argv[4], 0);
    j.count = number(argv[5], 1);
    j.warmup = number(argv[6], 1);
    alarm((unsigned) number(argv[7], 1));
    j.by_message = argc == 9 && strcmp(argv[8], "message") == 0;
    if (argc == 9 && !j.by_message && strcmp(argv[8], "buffer") != 0)
        usage(argv[8]);
    return j;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int type;
        void (*run)(struct end *, const struct job *);
    } roles[] = {
        {"push", ZMQ_PUSH, run_push},
        {"pull", ZMQ_PULL, run_pull},
        {"req", ZMQ_REQ, run_req},
        {"rep", ZMQ_REP, run_rep},
    };
    struct job j = parse(argc, argv);
    void *context = zmq_ctx_new();
    if (!context)
        die("zmq_ctx_new");
    int known = strcmp(j.role, "pair-inproc") == 0;
    if (known)
        run_pair_inproc(context, &j);
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (strcmp(j.role, roles[i].name) != 0)
            continue;
        known = 1;
        struct end e = open_end(context, roles[i].type, &j, j.bind);
        roles[i].run(&e, &j);
        close_end(&e);
    }
    if (!known)
        usage(j.role);
    zmq_ctx_term(context);
    return 0;
}
