/* The roles that send, receive and forward: one way and round trips. */
#include "peer.h"

#include <pthread.h>
#include <stdlib.h>

/* open_all opens as many sockets as the job has peers. */
static struct end *open_all(const struct job *j)
{
    struct end *ends = allocate((size_t) j->peers, sizeof *ends);
    char *endpoint = j->bind ? NULL : read_endpoint(j);
    for (long i = 0; i < j->peers; i++)
        ends[i] = open_end(j, endpoint);
    free(endpoint);
    return ends;
}

static void close_all(const struct job *j, struct end *ends)
{
    for (long i = 0; i < j->peers; i++)
        close_end(&ends[i]);
    free(ends);
}

void run_send(const struct job *j)
{
    struct end *ends = open_all(j);
    each(ends, j->peers, send_many, j->warmup / j->peers);
    struct meter m = begin();
    each(ends, j->peers, send_many, j->count / j->peers);
    struct report r = {.seconds = elapsed(&m)};
    hold(j);
    print_report(j, &m, &r);
    close_all(j, ends);
}

static struct end open_one(const struct job *j)
{
    char *endpoint = j->bind ? NULL : read_endpoint(j);
    struct end e = open_end(j, endpoint);
    free(endpoint);
    return e;
}

/* The clock starts when the last warm-up message is in, so that exactly COUNT
 * messages arrive within the time measured. */
void run_receive(const struct job *j)
{
    struct end e = open_one(j);
    receive_many(&e, j->warmup);
    struct meter m = begin();
    receive_many(&e, j->count);
    struct report r = {.seconds = elapsed(&m)};
    print_report(j, &m, &r);
    hold(j);
    close_end(&e);
}

void run_request(const struct job *j)
{
    struct end e = open_one(j);
    long *rounds = allocate((size_t) j->count, sizeof *rounds);
    for (long i = 0; i < j->warmup; i++) {
        send_one(&e);
        receive_one(&e);
    }
    struct meter m = begin();
    long before = nanoseconds();
    for (long i = 0; i < j->count; i++) {
        send_one(&e);
        receive_one(&e);
        long after = nanoseconds();
        rounds[i] = after - before;
        before = after;
    }
    struct report r = {.seconds = elapsed(&m), .rounds = rounds};
    print_report(j, &m, &r);
    hold(j);
    close_end(&e);
    free(rounds);
}

static void round_many(struct end *e, long n)
{
    while (n-- > 0) {
        send_one(e);
        receive_one(e);
    }
}

void run_clients(const struct job *j)
{
    struct end *ends = open_all(j);
    each(ends, j->peers, round_many, j->warmup / j->peers);
    struct meter m = begin();
    each(ends, j->peers, round_many, j->count / j->peers);
    struct report r = {.seconds = elapsed(&m)};
    print_report(j, &m, &r);
    hold(j);
    close_all(j, ends);
}

void run_echo(const struct job *j)
{
    struct end e = open_one(j);
    echo_many(&e, j->warmup);
    struct meter m = begin();
    echo_many(&e, j->count);
    struct report r = {.seconds = elapsed(&m)};
    hold(j);
    print_report(j, &m, &r);
    close_end(&e);
}

static void *stop_at_end(void *argument)
{
    const struct job *j = argument;
    hold(j);
    void *s = zmq_socket(j->context, ZMQ_PAIR);
    if (!s || zmq_connect(s, "inproc://control") != 0 || zmq_send(s, "TERMINATE", 9, 0) < 0)
        die("TERMINATE");
    zmq_close(s);
    return NULL;
}

/* The proxy runs in the thread that made its sockets; it is told to end by the
 * one that reads the input. */
void run_proxy(const struct job *j)
{
    void *front = new_socket(j, j->type), *back = new_socket(j, j->to);
    void *control = zmq_socket(j->context, ZMQ_PAIR);
    if (!control || zmq_bind(control, "inproc://control") != 0)
        die("zmq_bind");
    char front_bound[512], back_bound[512];
    bind_to(front, j->endpoint, front_bound, sizeof front_bound);
    bind_to(back, j->back, back_bound, sizeof back_bound);
    struct meter m = begin();
    announce(j, front_bound, back_bound);
    pthread_t stopper;
    if (pthread_create(&stopper, NULL, stop_at_end, (void *) j) != 0)
        die_because("pthread_create");
    if (zmq_proxy_steerable(front, back, NULL, control) != 0)
        die("zmq_proxy_steerable");
    pthread_join(stopper, NULL);
    struct report r = {.count = j->count + j->warmup};
    print_report(j, &m, &r);
    zmq_close(control);
    zmq_close(back);
    zmq_close(front);
}
