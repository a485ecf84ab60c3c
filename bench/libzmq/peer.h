/* What the parts of peer share. See main.c for what it is, and
 * ../internal/peer/doc.go for what it says to its runner. */
#ifndef PEER_H
#define PEER_H

#include <stddef.h>
#include <stdio.h>
#include <zmq.h>

#define TOPIC_SIZE 8 /* bytes; no topic is a prefix of another */
#define BACKLOG 4096

/* The byte after a message's topic. */
#define MARK_WARMUP 'w'
#define MARK_START 's' /* the last message that is not measured */
#define MARK_COUNT 'c'

#define MAX_BATCH 10000

struct job {
    const char *role;
    const char *type;
    const char *to;       /* of a proxy: type of the back socket */
    const char *endpoint; /* to bind */
    const char *back;
    int bind;
    size_t size; /* bytes */
    long count;
    long warmup;
    long peers;
    long subs;
    long topics;
    long seconds;
    int prefix; /* frames before the body that a receiver finds */
    int ref;    /* send by reference */
    FILE *in;   /* the conversation with the runner */
    FILE *out;
    void *context;
};

/* An end is a socket and the memory that all of its messages go through. */
struct end {
    const struct job *job;
    void *socket;
    char *buffer;
};

/* A meter holds the instant and the CPU time at which measuring began. */
struct meter {
    double wall;
    double cpu;
    double cpu_since; /* the instant of cpu, if wall is a later one */
    long sleeps;      /* of all threads, to wait for something */
};

/* What sends to stuck subscribers cost: see ../internal/peer/stuck.go. */
struct stuck {
    double rate;
    double cpu;
    double send_cpu_ns;
};

struct report {
    long count; /* 0: the job's */
    double seconds;
    double cpu_seconds;
    long held_bytes;
    long held_least_bytes;
    long *rounds; /* nanoseconds; NULL if none were timed */
    const struct stuck *stuck; /* or NULL */
};

typedef void role_function(const struct job *);
role_function run_send, run_receive, run_request, run_clients, run_echo, run_proxy, run_publish, run_subscribe, run_match,
    run_hold, run_flood, run_ignore, run_gather, run_dial;

/* common.c */
void die(const char *what);
void die_because(const char *why);
void *allocate(size_t count, size_t size);
long nanoseconds(void);
double cpu_seconds(void);
long max_rss_bytes(void);
struct meter begin(void);
double elapsed(const struct meter *m);
long weigh(void);
void weigh_again(long before, struct report *r);
void print_report(const struct job *j, const struct meter *m, struct report *r);

/* socket.c */
int socket_type(const char *name);
void *new_socket(const struct job *j, const char *type);
struct end open_end(const struct job *j, const char *endpoint);
char *read_endpoint(const struct job *j);
void bind_to(void *socket, const char *endpoint, char *bound, size_t size);
void announce(const struct job *j, const char *bound, const char *back);
void close_end(struct end *e);
void send_one(struct end *e);
void send_many(struct end *e, long n);
void receive_one(struct end *e);
void receive_many(struct end *e, long n);
void echo_many(struct end *e, long n);
void hold(const struct job *j);
void wait_go(const struct job *j);

/* pubsub.c */
void set_message(char *body, long topic, char mark);
struct end open_publisher(const struct job *j);
struct end *open_subscribers(const struct job *j);

/* each calls f for n ends, in a thread each if there are several. */
void each(struct end *ends, long n, void (*f)(struct end *, long), long argument);

#endif
