/* The roles of PUB and SUB. */
#include "peer.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PAUSE 100 /* milliseconds */
#define STRANGERS 65536 /* topics that nobody has subscribed to, matched in turn */
#define ZIPF_LENGTH 65536 /* messages until their topics come again in the same order */

void set_message(char *body, long topic, char mark)
{
    char text[32];
    snprintf(text, sizeof text, "%08ld", topic);
    memcpy(body, text, TOPIC_SIZE);
    body[TOPIC_SIZE] = mark;
}

/* open_publisher binds a PUB and sends topic 0 to it until the runner says
 * that all subscribers have had it. Its topic is the last that each subscribes
 * to. It sends ever less often: a subscriber that has had one reads no more
 * until all have, and must not be sent so many that the publisher waits for it. */
struct end open_publisher(const struct job *j)
{
    if (j->size <= TOPIC_SIZE)
        die_because("a message has no room for a topic and a mark");
    struct end e = open_end(j, NULL);
    set_message(e.buffer, 0, MARK_WARMUP);
    struct pollfd in = {fileno(j->in), POLLIN, 0};
    for (int pause = 1; poll(&in, 1, pause) == 0; pause += pause < MAX_PAUSE)
        send_one(&e);
    wait_go(j);
    return e;
}

static uint64_t next_random(uint64_t random)
{
    return random * 6364136223846793005U + 1442695040888963407U;
}

/* zipf returns the topics that messages go to: see ../internal/peer/topics.go,
 * with which it must agree. */
static int *zipf(long n)
{
    uint64_t *sums = allocate((size_t) n, sizeof *sums), total = 0, random = 1;
    int *topics = allocate(ZIPF_LENGTH, sizeof *topics);
    for (long k = 0; k < n; k++)
        sums[k] = total += ((uint64_t) 1 << 32) / (uint64_t) (k + 1);
    for (int i = 1; i < ZIPF_LENGTH; i++) {
        random = next_random(random);
        uint64_t at = (uint64_t) ((unsigned __int128) random * total >> 64);
        long least = 0, most = n - 1; /* the first whose sum is above */
        while (least < most) {
            long middle = (least + most) / 2;
            if (at < sums[middle])
                most = middle;
            else
                least = middle + 1;
        }
        topics[i] = (int) least;
    }
    free(sums);
    return topics;
}

/* A publication is what messages to several topics are sent from. */
struct publication {
    int *topics;
    char *bodies;
};

static struct publication publication(const struct job *j)
{
    struct publication p = {zipf(j->topics), allocate((size_t) j->topics, j->size)};
    for (long i = 0; i < j->topics; i++)
        set_message(p.bodies + (size_t) i * j->size, i, MARK_COUNT);
    return p;
}

static void send_publication(struct end *e, const struct publication *p, long n)
{
    size_t size = e->job->size;
    for (long i = 0; i < n; i++)
        if (zmq_send(e->socket, p->bodies + (size_t) p->topics[i % ZIPF_LENGTH] * size, size, 0) < 0)
            die("zmq_send");
}

void run_publish(const struct job *j)
{
    struct end e = open_publisher(j);
    struct publication p = {0};
    if (j->topics > 1)
        p = publication(j);
    set_message(e.buffer, 0, MARK_WARMUP);
    send_many(&e, j->warmup);
    struct meter m = begin();
    set_message(e.buffer, 0, MARK_START);
    send_one(&e);
    set_message(e.buffer, 0, MARK_COUNT);
    if (j->topics > 1)
        send_publication(&e, &p, j->count);
    else
        send_many(&e, j->count);
    struct report r = {.seconds = elapsed(&m)};
    hold(j);
    print_report(j, &m, &r);
    close_end(&e);
    free(p.topics);
    free(p.bodies);
}

static void subscribe_and_wait(struct end *e, long subs)
{
    char topic[64];
    for (long i = subs - 1; i >= 0; i--) {
        set_message(topic, i, 0);
        if (zmq_setsockopt(e->socket, ZMQ_SUBSCRIBE, topic, TOPIC_SIZE) != 0)
            die("ZMQ_SUBSCRIBE");
    }
    receive_one(e);
}

struct end *open_subscribers(const struct job *j)
{
    struct end *ends = allocate((size_t) j->peers, sizeof *ends);
    char *endpoint = read_endpoint(j);
    for (long i = 0; i < j->peers; i++)
        ends[i] = open_end(j, endpoint);
    each(ends, j->peers, subscribe_and_wait, j->subs);
    fprintf(j->out, "{\"ready\":true}\n");
    fflush(j->out);
    wait_go(j);
    free(endpoint);
    return ends;
}

static struct meter subscribed; /* begins when the first socket has the start mark */
static pthread_once_t first_mark = PTHREAD_ONCE_INIT;

static void begin_subscribed(void) { subscribed = begin(); }

static void receive_counted(struct end *e, long count)
{
    do
        receive_one(e);
    while (e->buffer[TOPIC_SIZE] != MARK_START);
    pthread_once(&first_mark, begin_subscribed);
    receive_many(e, count);
}

void run_subscribe(const struct job *j)
{
    struct end *ends = open_subscribers(j);
    each(ends, j->peers, receive_counted, j->count);
    struct report r = {.seconds = elapsed(&subscribed), .count = j->count * j->peers};
    print_report(j, &subscribed, &r);
    hold(j);
    for (long i = 0; i < j->peers; i++)
        close_end(&ends[i]);
    free(ends);
}

/* run_match sends messages that nobody wants, each of which differs from some
 * topic in its last byte only: what that takes is looking them up. */
void run_match(const struct job *j)
{
    long before = weigh();
    struct end e = open_publisher(j);
    struct report r = {0};
    weigh_again(before, &r);
    char *bodies = allocate(STRANGERS, j->size);
    uint64_t random = 1;
    for (long i = 0; i < STRANGERS; i++) {
        random = next_random(random);
        set_message(bodies + (size_t) i * j->size, (long) ((random >> 33) % (uint64_t) j->subs), MARK_COUNT);
        bodies[(size_t) i * j->size + TOPIC_SIZE - 1] = 'x';
    }
    struct meter m = begin();
    for (long i = -j->warmup; i < j->count; i++) {
        if (i == 0)
            m = begin();
        if (zmq_send(e.socket, bodies + (size_t) ((i + j->warmup) % STRANGERS) * j->size, j->size, 0) < 0)
            die("zmq_send");
    }
    r.seconds = elapsed(&m);
    print_report(j, &m, &r);
    hold(j);
    close_end(&e);
    free(bodies);
}

void run_hold(const struct job *j)
{
    long before = weigh();
    struct end *ends = open_subscribers(j);
    struct meter m = begin();
    struct report r = {0};
    weigh_again(before, &r);
    hold(j);
    print_report(j, &m, &r);
    for (long i = 0; i < j->peers; i++)
        close_end(&ends[i]);
    free(ends);
}
