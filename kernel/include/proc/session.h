/*
 * Process groups and sessions, and the controlling terminal as proc sees it (setsid(2), setpgid(2),
 * credentials(7)).
 *
 * A terminal is opaque here: drivers/tty registers what it must be told and keeps groups and
 * sessions by reference.
 */
#pragma once

#include <lib/list.h>
#include <lib/types.h>

struct pid;
struct process;
struct tty;

struct session {
    struct pid *pid;        /* (I) */
    u32 references;         /* (T) groups, terminals */
    struct process *leader; /* (T) NULL once it has exited */
    struct tty *terminal;   /* (T) controlling terminal, NULL: none; a reference of the tty room */
};

struct process_group {
    struct pid *pid;          /* (I) */
    u32 references;           /* (T) members, terminals */
    struct session *session;  /* (I) */
    struct list_head members; /* (T) struct process through group_link */
};

struct session_terminal_ops {
    /* The leader of @session exits, or gives @terminal up: hang up or forget. The session's
     * reference is handed over.
     * => no lock held, may sleep. @exiting: SIGHUP the foreground group */
    void (*release)(struct tty *terminal, struct session *session, bool exiting);
    /* tty_nr of /proc/PID/stat, and the id of its foreground group (-1: none). Any context. */
    u32 (*device)(struct tty *terminal);
    int (*foreground)(struct tty *terminal);
    struct tty *(*get)(struct tty *terminal); /* another reference; tree lock held */
    void (*put)(struct tty *terminal);        /* no lock held */
};
void session_set_terminal_ops(const struct session_terminal_ops *ops);
const struct session_terminal_ops *session_terminal_ops_get(void);

/* The calls, errors as the manual pages. pid and pgid 0: the caller. */
long session_create(void);                 /* setsid */
long session_set_group(int pid, int pgid); /* setpgid */
long session_get_group(int pid);           /* getpgid */
long session_get_id(int pid);              /* getsid */

/* References. The _locked forms: tree lock held. */
struct process_group *process_group_get(struct process_group *group);
struct process_group *process_group_get_locked(struct process_group *group);
void process_group_put(struct process_group *group);
struct session *session_get(struct session *session);
struct session *session_get_locked(struct session *session);
void session_put(struct session *session);
struct process_group *process_group_get_current(void);
struct session *session_get_current(void);
struct process_group *process_group_find(int number); /* referenced; NULL */
int process_group_number(const struct process_group *group);
int session_number(const struct session *session);

/* An orphaned group has no member whose parent is in another group of the same session. */
bool process_group_is_orphaned(struct process_group *group);
bool process_group_is_empty(struct process_group *group);

/*
 * The controlling terminal. session_set_terminal takes over the caller's reference of @terminal on
 * success.
 * => -EPERM: the caller is no session leader or has a terminal already
 */
int session_set_terminal(struct tty *terminal) __must_check;
struct tty *session_get_terminal(void); /* of the current process; a reference, or NULL */
bool session_is_leader(void);           /* is the current process the leader of its session? */
/* tty_nr and tpgid of /proc/PID/stat: 0 and -1 without a terminal. */
u32 process_terminal_device(struct process *process, int *foreground);
/* TIOCNOTTY, hangup: @session loses its terminal (release is called when it had one). */
void session_drop_terminal(struct session *session, bool exiting);

/* Inside proc: moving between groups; tree lock held. */
void process_group_join(struct process *process, struct process_group *group);
void process_group_leave(struct process *process);
int session_create_first(struct process *init) __must_check; /* takes the tree lock itself */
/* @process is about to exit: groups that become orphaned and have stopped members get SIGHUP,
 * SIGCONT. */
void process_group_check_orphans(struct process *process);
