/* peer: one end, or both, of a measurement over libzmq's C API.
 *
 *   peer KEY=VALUE... [-- KEY=VALUE...]
 *
 * The keys are those of Job in ../internal/peer/job.go, and so are the roles
 * and what is said on standard input and output (../internal/peer/doc.go). With
 * a second job, after "--", that one runs in a thread of its own, and its input
 * and output are the file descriptors 3 and 4. After "seconds" the process is
 * killed by its alarm.
 */
#include "peer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void usage(const char *why)
{
    fprintf(stderr, "peer: %s\nusage: peer KEY=VALUE... [-- KEY=VALUE...]\n", why);
    exit(2);
}

static long number(const char *text, long least)
{
    char *rest;
    errno = 0;
    long n = strtol(text, &rest, 10);
    if (errno != 0 || rest == text || *rest != '\0' || n < least)
        usage(text);
    return n;
}

static int is(const char *argument, const char *key)
{
    size_t n = strlen(key);
    return strncmp(argument, key, n) == 0 && argument[n] == '=';
}

/* libzmq has no calls for batches: "batch" says nothing here. */
static void set(struct job *j, const char *argument)
{
    const char *value = strchr(argument, '=');
    if (!value++)
        usage(argument);
    if (is(argument, "role"))
        j->role = value;
    else if (is(argument, "type"))
        j->type = value;
    else if (is(argument, "to"))
        j->to = value;
    else if (is(argument, "endpoint"))
        j->endpoint = value;
    else if (is(argument, "back"))
        j->back = value;
    else if (is(argument, "bind"))
        j->bind = number(value, 0) != 0;
    else if (is(argument, "size"))
        j->size = (size_t) number(value, 0);
    else if (is(argument, "count"))
        j->count = number(value, 1);
    else if (is(argument, "warmup"))
        j->warmup = number(value, 1);
    else if (is(argument, "peers"))
        j->peers = number(value, 1);
    else if (is(argument, "subs"))
        j->subs = number(value, 0);
    else if (is(argument, "topics"))
        j->topics = number(value, 0);
    else if (is(argument, "seconds"))
        j->seconds = number(value, 1);
    else if (is(argument, "prefix"))
        j->prefix = (int) number(value, 0);
    else if (is(argument, "ref"))
        j->ref = number(value, 0) != 0;
    else if (!is(argument, "batch"))
        usage(argument);
}

static struct job parse(int argc, char **argv)
{
    struct job j = {.role = "", .type = "", .to = "", .endpoint = "", .back = "", .count = 1, .warmup = 1, .peers = 1};
    for (int i = 0; i < argc; i++)
        set(&j, argv[i]);
    if (!*j.role || !*j.type || j.seconds == 0)
        usage("role, type or seconds are missing");
    return j;
}

static void play(const struct job *j)
{
    static const struct {
        const char *name;
        role_function *run;
    } roles[] = {
        {"send", run_send}, {"receive", run_receive}, {"request", run_request}, {"clients", run_clients}, {"echo", run_echo},
        {"proxy", run_proxy}, {"publish", run_publish}, {"subscribe", run_subscribe}, {"match", run_match},
        {"hold", run_hold}, {"flood", run_flood}, {"ignore", run_ignore},
        {"gather", run_gather}, {"dial", run_dial},
    };
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(j->role, roles[i].name) == 0) {
            roles[i].run(j);
            return;
        }
    usage(j->role);
}

static void *play_thread(void *job)
{
    play(job);
    return NULL;
}

/* raise_limit allows as many descriptors as the system does, as Go's runtime
 * does by itself. */
static void raise_limit(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) == 0) {
        l.rlim_cur = l.rlim_max;
        setrlimit(RLIMIT_NOFILE, &l);
    }
}

int main(int argc, char **argv)
{
    int split = 1;
    while (split < argc && strcmp(argv[split], "--") != 0)
        split++;
    struct job one = parse(split - 1, argv + 1), two;
    alarm((unsigned) one.seconds);
    raise_limit();
    void *context = zmq_ctx_new();
    if (!context)
        die("zmq_ctx_new");
    one.context = context;
    one.in = stdin;
    one.out = stdout;
    pthread_t thread;
    if (split < argc) {
        two = parse(argc - split - 1, argv + split + 1);
        two.context = context;
        two.in = fdopen(3, "r");
        two.out = fdopen(4, "w");
        if (!two.in || !two.out || pthread_create(&thread, NULL, play_thread, &two) != 0)
            die_because("second job");
    }
    play(&one);
    if (split < argc)
        pthread_join(thread, NULL);
    /* No zmq_ctx_term: everything is reported and flushed, and libzmq 4.3.4 can
     * wait there for ever, once in some hundred floods on a busy machine, for a
     * PUB whose subscriber went away with messages under way. */
    _exit(0);
}
