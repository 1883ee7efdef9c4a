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
    u32 terminal_serial;    /* (T) of the terminal: those that have it have its number */
    struct pid *hung_up; /* (T) the foreground group at a hang-up, to be told when the leader ends;
                            referenced */
};

/* Why a session loses its terminal. */
enum terminal_loss {
    TERMINAL_TAKEN,       /* hang-up, or another session took it */
    TERMINAL_GIVEN_UP,    /* the leader by TIOCNOTTY: SIGHUP, SIGCONT to the foreground group */
    TERMINAL_LEADER_ENDS, /* SIGHUP to the foreground group; what is no pseudo-terminal is hung up
                           */
};

struct process_group {
    struct pid *pid;          /* (I) */
    u32 references;           /* (T) members, terminals */
    struct session *session;  /* (I) */
    struct list_head members; /* (T) struct process through group_link */
};

struct session_terminal_ops {
    /* A session has lost @terminal, and hands its reference over. => no lock held, may sleep */
    void (*release)(struct tty *terminal, enum terminal_loss loss);
    void (*hang_up)(struct tty *terminal); /* vhangup(2); no lock held, may sleep */
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
/* The group of that number, if it has members; @number referenced: a number may outlive its group.
 */
struct process_group *process_group_of(struct pid *number);
/* The session of the group of that number, or, without one, of that process; NULL. => tree lock
 * held
 */
struct session *session_of_number(const struct pid *number);
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
bool session_terminal_is(const struct tty *terminal); /* does the current process have this one? */
bool session_has_terminal(void);                      /* has the current session one? */
void session_forget_terminal(void);                   /* TIOCNOTTY by another than the leader */
void session_hang_up(void);                           /* vhangup(2) */
bool session_is_leader(void); /* is the current process the leader of its session? */
/* tty_nr and tpgid of /proc/PID/stat: 0 and -1 without a terminal. */
u32 process_terminal_device(struct process *process, int *foreground);
/* @session loses its terminal (release is called when it had one). */
void session_drop_terminal(struct session *session, enum terminal_loss loss);
/* The terminal of @session is hung up, with @foreground (or NULL) in its foreground: SIGHUP and
 * SIGCONT to the leader. The caller drops the terminal then. */
void session_note_hang_up(struct session *session, struct pid *foreground);
/* The current process, a leader, ends: its session loses the terminal. */
void session_leader_ends(void);

/* Inside proc: moving between groups; tree lock held. */
void process_group_join(struct process *process, struct process_group *group);
void process_group_leave(struct process *process);
int session_create_first(struct process *init) __must_check; /* takes the tree lock itself */
/* SIGHUP and SIGCONT to a group that becomes orphaned and has a stopped member, because @process is
 * about to exit; because its child @child has got another parent. */
void process_group_check_exit(struct process *process);
void process_group_check_child(struct process *child, const struct process *process);
