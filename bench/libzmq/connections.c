/* The roles that make many connections and leave them idle. */
#include "peer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* gather waits for n handshakes, and sets m when the first connection comes. */
static void gather(void *monitor, long n, struct meter *m)
{
    int begun = 0;
    while (n > 0) {
        zmq_msg_t event;
        char address[512];
        uint16_t kind;
        zmq_msg_init(&event);
        if (zmq_msg_recv(&event, monitor, 0) < 0 || zmq_recv(monitor, address, sizeof address, 0) < 0)
            die("monitor");
        memcpy(&kind, zmq_msg_data(&event), sizeof kind);
        zmq_msg_close(&event);
        if (kind == ZMQ_EVENT_ACCEPTED && !begun) {
            begun = 1;
            m->wall = (double) nanoseconds() / 1e9;
        }
        n -= kind == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
    }
}

void run_gather(const struct job *j)
{
    struct end e = {j, new_socket(j, j->type), NULL};
    void *monitor = zmq_socket(j->context, ZMQ_PAIR);
    if (!monitor || zmq_socket_monitor(e.socket, "inproc://monitor", ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED) != 0
        || zmq_connect(monitor, "inproc://monitor") != 0)
        die("zmq_socket_monitor");
    long before = weigh();
    struct meter m = begin();
    char bound[512];
    bind_to(e.socket, j->endpoint, bound, sizeof bound);
    announce(j, bound, "");
    gather(monitor, j->peers, &m);
    struct report r = {.seconds = elapsed(&m), .count = j->peers};
    struct timespec settle = {1, 0};
    nanosleep(&settle, NULL);
    weigh_again(before, &r);
    print_report(j, &m, &r);
    hold(j);
    zmq_close(monitor);
    close_end(&e);
}

void run_dial(const struct job *j)
{
    struct end e = {j, new_socket(j, j->type), NULL};
    char *endpoint = read_endpoint(j);
    long before = weigh();
    struct meter m = begin();
    for (long i = 0; i < j->peers; i++)
        if (zmq_connect(e.socket, endpoint) != 0)
            die("zmq_connect");
    struct report r = {.seconds = elapsed(&m), .count = j->peers};
    hold(j);
    weigh_again(before, &r);
    print_report(j, &m, &r);
    free(endpoint);
    close_end(&e);
}
