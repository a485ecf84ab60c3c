/* Sockets, the messages through them, and the conversation with the runner. */
#include "peer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

int socket_type(const char *name)
{
    static const struct {
        const char *name;
        int type;
    } types[] = {
        {"PAIR", ZMQ_PAIR}, {"PUB", ZMQ_PUB}, {"SUB", ZMQ_SUB}, {"REQ", ZMQ_REQ}, {"REP", ZMQ_REP},
        {"DEALER", ZMQ_DEALER}, {"ROUTER", ZMQ_ROUTER}, {"PULL", ZMQ_PULL}, {"PUSH", ZMQ_PUSH},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(name, types[i].name) == 0)
            return types[i].type;
    die_because("no such type of socket");
    return -1;
}

static void set(void *socket, int option, int value)
{
    if (zmq_setsockopt(socket, option, &value, sizeof value) != 0)
        die("zmq_setsockopt");
}

/* All options are defaults, but that a PUB waits for slow subscribers, except
 * to flood them; that a SUB's subscriptions may be many, for libzmq drops those
 * over the high-water mark; and that the backlog is long enough for all peers. */
void *new_socket(const struct job *j, const char *type)
{
    int number = socket_type(type);
    void *s = zmq_socket(j->context, number);
    if (!s)
        die("zmq_socket");
    set(s, ZMQ_BACKLOG, BACKLOG);
    if (number == ZMQ_PUB && strcmp(j->role, "flood") != 0)
        set(s, ZMQ_XPUB_NODROP, 1);
    if (number == ZMQ_SUB)
        set(s, ZMQ_SNDHWM, 0);
    return s;
}

/* read_line returns the next line, which is the caller's, or NULL. */
static char *read_line(const struct job *j)
{
    char *line = allocate(1, 600);
    if (!fgets(line, 600, j->in)) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}

char *read_endpoint(const struct job *j)
{
    char *line = read_line(j);
    if (!line)
        die_because("the runner says nothing");
    return line;
}

void wait_go(const struct job *j)
{
    char *line = read_line(j);
    if (!line || strcmp(line, "go") != 0)
        die_because("the runner does not say go");
    free(line);
}

/* hold waits for the end of the input. */
void hold(const struct job *j)
{
    char discard[64];
    while (fgets(discard, sizeof discard, j->in))
        ;
}

void bind_to(void *socket, const char *endpoint, char *bound, size_t size)
{
    if (zmq_bind(socket, endpoint) != 0)
        die("zmq_bind");
    if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, bound, &size) != 0)
        die("zmq_getsockopt");
}

void announce(const struct job *j, const char *bound, const char *back)
{
    fprintf(j->out, "{\"endpoint\":\"%s\",\"back\":\"%s\"}\n", bound, back);
    fflush(j->out);
}

/* open_end opens a socket that binds, or connects to endpoint. */
struct end open_end(const struct job *j, const char *endpoint)
{
    struct end e = {j, new_socket(j, j->type), allocate(1, j->size + 1)};
    if (!j->bind) {
        if (zmq_connect(e.socket, endpoint) != 0)
            die("zmq_connect");
        return e;
    }
    char bound[512];
    bind_to(e.socket, j->endpoint, bound, sizeof bound);
    announce(j, bound, "");
    return e;
}

void close_end(struct end *e)
{
    zmq_close(e->socket);
    free(e->buffer);
}

static void keep(void *data, void *hint)
{
    (void) data;
    (void) hint;
}

void send_one(struct end *e)
{
    zmq_msg_t message;
    if (!e->job->ref) {
        if (zmq_send(e->socket, e->buffer, e->job->size, 0) < 0)
            die("zmq_send");
        return;
    }
    if (zmq_msg_init_data(&message, e->buffer, e->job->size, keep, NULL) != 0)
        die("zmq_msg_init_data");
    if (zmq_msg_send(&message, e->socket, 0) < 0)
        die("zmq_msg_send");
}

/* A message that is sent by reference is received by reference. */
static int receive_body(struct end *e)
{
    zmq_msg_t message;
    if (!e->job->ref)
        return zmq_recv(e->socket, e->buffer, e->job->size, 0);
    zmq_msg_init(&message);
    int n = zmq_msg_recv(&message, e->socket, 0);
    zmq_msg_close(&message);
    return n;
}

void receive_one(struct end *e)
{
    char prefix[256];
    for (int i = 0; i < e->job->prefix; i++)
        if (zmq_recv(e->socket, prefix, sizeof prefix, 0) < 0)
            die("zmq_recv");
    int n = receive_body(e);
    if (n < 0)
        die("zmq_recv");
    if ((size_t) n != e->job->size) {
        fprintf(stderr, "peer: received %d bytes, want %zu\n", n, e->job->size);
        exit(1);
    }
}

void send_many(struct end *e, long n)
{
    while (n-- > 0)
        send_one(e);
}

void receive_many(struct end *e, long n)
{
    while (n-- > 0)
        receive_one(e);
}

/* echo_many sends the frames before the body back as well. */
void echo_many(struct end *e, long n)
{
    char prefix[256];
    while (n-- > 0) {
        for (int i = 0; i < e->job->prefix; i++) {
            int size = zmq_recv(e->socket, prefix, sizeof prefix, 0);
            if (size < 0 || (size_t) size > sizeof prefix)
                die("zmq_recv");
            if (zmq_send(e->socket, prefix, (size_t) size, ZMQ_SNDMORE) < 0)
                die("zmq_send");
        }
        if (zmq_recv(e->socket, e->buffer, e->job->size, 0) != (int) e->job->size)
            die("zmq_recv");
        send_one(e);
    }
}

struct call {
    void (*f)(struct end *, long);
    struct end *end;
    long argument;
};

static void *call_thread(void *argument)
{
    struct call *c = argument;
    c->f(c->end, c->argument);
    return NULL;
}

/* A socket has one thread at a time between the creation and the join of its
 * thread, which are the fences libzmq asks for. */
void each(struct end *ends, long n, void (*f)(struct end *, long), long argument)
{
    if (n == 1) {
        f(ends, argument);
        return;
    }
    pthread_t *threads = allocate((size_t) n, sizeof *threads);
    struct call *calls = allocate((size_t) n, sizeof *calls);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 * 1024);
    for (long i = 0; i < n; i++) {
        calls[i] = (struct call){f, &ends[i], argument};
        if (pthread_create(&threads[i], &attributes, call_thread, &calls[i]) != 0)
            die_because("pthread_create");
    }
    for (long i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    pthread_attr_destroy(&attributes);
    free(calls);
    free(threads);
}
