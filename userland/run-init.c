/*
 * run-init: the first process of `./quire run`. It starts one program and carries its standard
 * input, output, error and exit status over the second serial port to tools/quire/run.py on the
 * host.
 *
 * The port is in raw mode and carries frames in both directions: a kind (one byte), a length (two
 * bytes, low first) and so many bytes.
 *      to the host:    'o' output   'e' error output   'r' send me input   'x' exit status (text)
 *      from the host:  'i' input (empty at its end)
 * Input is sent only when asked for, one frame for each 'r', so the port's buffer never overflows.
 *
 * /run-init.request holds strings, each ended by a NUL: "pipe" or "ROWS COLUMNS" (then the program
 * gets a pseudo terminal), TERM's value, the program's path, and its arguments from argv[0] on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define PORT         "/dev/ttyS1"
#define REQUEST_MAX  (64 * 1024)
#define ARGUMENT_MAX 1000
#define FRAME_MAX    1024

struct request {
    const char *terminal; /* "pipe" or "ROWS COLUMNS" */
    const char *term;
    const char *path;
    char *argv[ARGUMENT_MAX + 1];
};

/* The program's side is with the child; ours are these. input is -1 once closed. */
struct channel {
    int port;
    int input;
    int output; /* -1 at the end of the program's output */
    int error;  /* as output; -1 from the start with a pseudo terminal */
    bool is_terminal;
    bool has_asked; /* an 'r' is unanswered */
};

static void stop(void)
{
    sync();
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}

static void die(const char *what)
{
    printf("run-init: %s: %s\n", what, strerror(errno));
    fflush(stdout);
    stop();
}

static void write_all(int descriptor, const void *data, size_t length)
{
    const char *next = data;
    while (length > 0) {
        ssize_t count = write(descriptor, next, length);
        if (count < 0 && errno != EINTR)
            return;
        if (count > 0) {
            next += count;
            length -= (size_t)count;
        }
    }
}

static bool read_all(int descriptor, void *data, size_t length)
{
    char *next = data;
    while (length > 0) {
        ssize_t count = read(descriptor, next, length);
        if (count == 0 || (count < 0 && errno != EINTR))
            return false;
        if (count > 0) {
            next += count;
            length -= (size_t)count;
        }
    }
    return true;
}

static void send_frame(struct channel *channel, char kind, const void *data, size_t length)
{
    unsigned char frame[3 + FRAME_MAX] = {(unsigned char)kind, length & 0xff, (length >> 8) & 0xff};
    memcpy(frame + 3, data, length);
    write_all(channel->port, frame, 3 + length);
}

/* Mounts what a program expects. What the kernel lacks is simply not there. */
static void mount_all(void)
{
    mount("proc", "/proc", "proc", 0, NULL);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    mkdir("/dev/pts", 0755);
    mkdir("/dev/shm", 01777);
    mount("devpts", "/dev/pts", "devpts", 0, "gid=5,mode=620");
    mount("tmpfs", "/dev/shm", "tmpfs", 0, NULL);
    mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
    (void)!symlink("/proc/self/fd", "/dev/fd");
    sethostname("quire", 5);
}

static void read_request(struct request *request)
{
    static char text[REQUEST_MAX + 1];
    int descriptor = open("/run-init.request", O_RDONLY | O_CLOEXEC);
    ssize_t length = descriptor < 0 ? -1 : read(descriptor, text, REQUEST_MAX);
    size_t nr_strings = 0;
    const char *fixed[3];

    if (length < 0)
        die("/run-init.request");
    close(descriptor);
    for (char *next = text; next < text + length; next += strlen(next) + 1) {
        if (nr_strings < 3)
            fixed[nr_strings] = next;
        else if (nr_strings < 3 + ARGUMENT_MAX)
            request->argv[nr_strings - 3] = next;
        nr_strings++;
    }
    if (nr_strings < 4 || nr_strings > 3 + ARGUMENT_MAX) {
        errno = EINVAL;
        die("/run-init.request");
    }
    request->terminal = fixed[0];
    request->term = fixed[1];
    request->path = fixed[2];
}

static int open_port(void)
{
    struct termios settings;
    int port = open(PORT, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (port < 0 || tcgetattr(port, &settings) < 0)
        die(PORT);
    cfmakeraw(&settings);
    cfsetspeed(&settings, B115200);
    settings.c_cflag |= CLOCAL | CREAD;
    if (tcsetattr(port, TCSANOW, &settings) < 0)
        die(PORT);
    return port;
}

static void run_program(const struct request *request, const int standard[3])
{
    setsid();
    if (strcmp(request->terminal, "pipe") != 0)
        ioctl(standard[0], TIOCSCTTY, 0);
    for (int descriptor = 0; descriptor < 3; descriptor++)
        dup2(standard[descriptor], descriptor);
    signal(SIGPIPE, SIG_DFL);
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("HOME", "/root", 1);
    setenv("USER", "root", 1);
    setenv("TERM", request->term, 1);
    if (chdir("/root") == 0)
        execvp(request->path, request->argv);
    dprintf(2, "%s: %s\n", request->path, strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

/* Makes both ends of the program's three descriptors: ours in @channel, its own in @standard. */
static void open_terminal(struct channel *channel, const char *size, int standard[3])
{
    struct winsize window = {0};
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
        die("/dev/ptmx");
    if (sscanf(size, "%hu %hu", &window.ws_row, &window.ws_col) == 2)
        ioctl(master, TIOCSWINSZ, &window);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0)
        die("pseudo terminal");
    standard[0] = standard[1] = standard[2] = slave;
    channel->is_terminal = true;
    channel->input = channel->output = master;
    channel->error = -1;
}

static void open_pipes(struct channel *channel, int standard[3])
{
    int input[2], output[2], error[2];
    if (pipe2(input, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0 || pipe2(error, O_CLOEXEC) < 0)
        die("pipe");
    standard[0] = input[0];
    standard[1] = output[1];
    standard[2] = error[1];
    channel->input = input[1];
    channel->output = output[0];
    channel->error = error[0];
}

static pid_t start_program(const struct request *request, struct channel *channel)
{
    int standard[3];
    if (strcmp(request->terminal, "pipe") != 0)
        open_terminal(channel, request->terminal, standard);
    else
        open_pipes(channel, standard);

    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0)
        run_program(request, standard);
    close(standard[0]);
    if (!channel->is_terminal) {
        close(standard[1]);
        close(standard[2]);
    }
    return child;
}

/* Carries what the program wrote. => false at the end of that output */
static bool forward_output(struct channel *channel, int descriptor, char kind)
{
    char data[FRAME_MAX];
    ssize_t count = read(descriptor, data, sizeof(data));
    if (count > 0)
        send_frame(channel, kind, data, (size_t)count);
    return count > 0 || (count < 0 && errno == EINTR);
}

static void forward_input(struct channel *channel)
{
    unsigned char header[3];
    char data[FRAME_MAX];
    if (!read_all(channel->port, header, sizeof(header)))
        die(PORT);
    size_t length = header[1] | (size_t)header[2] << 8;
    if (header[0] != 'i' || length > FRAME_MAX || !read_all(channel->port, data, length)) {
        errno = EPROTO;
        die(PORT);
    }
    channel->has_asked = false;
    if (length > 0) {
        write_all(channel->input, data, length);
    } else if (!channel->is_terminal) {
        close(channel->input);
        channel->input = -1;
    }
}

/*
 * The program's input pipe becomes writable, we ask the host, it answers: only one of the first and
 * the last can be waited for at a time. A pipe whose reader has gone is closed.
 */
static void step_input(struct channel *channel, short port_events, short input_events)
{
    if (channel->has_asked && (port_events & POLLIN))
        forward_input(channel);
    else if (input_events & POLLOUT) {
        channel->has_asked = true;
        send_frame(channel, 'r', "", 0);
    } else if ((input_events & POLLERR) && !channel->is_terminal) {
        close(channel->input);
        channel->input = -1;
    }
}

/* Has @child ended? Others that have, and whose parents ended before them, are forgotten. */
static bool has_ended(pid_t child, int *status)
{
    int other;
    pid_t pid;

    while ((pid = waitpid(-1, &other, WNOHANG)) > 0) {
        if (pid == child) {
            *status = other;
            return true;
        }
    }
    return false;
}

/* Carries data until the program has ended and its output is empty. => its wait status */
static int carry(struct channel *channel, pid_t child)
{
    int status = 0;
    bool is_running = true;

    for (;;) {
        struct pollfd polled[4] = {
            {.fd = channel->output, .events = POLLIN},
            {.fd = channel->error, .events = POLLIN},
            {.fd = channel->port, .events = POLLIN},
            {.fd = channel->has_asked ? -1 : channel->input, .events = POLLOUT},
        };
        int nr_ready = poll(polled, 4, is_running ? 50 : 0);
        if (nr_ready < 0 && errno != EINTR)
            die("poll");
        if (nr_ready <= 0) {
            if (!is_running)
                return status;
            is_running = !has_ended(child, &status);
            continue;
        }
        if (polled[0].revents && !forward_output(channel, channel->output, 'o'))
            channel->output = -1;
        if (polled[1].revents && !forward_output(channel, channel->error, 'e'))
            channel->error = -1;
        if (is_running)
            step_input(channel, polled[2].revents, polled[3].revents);
        if (is_running)
            is_running = !has_ended(child, &status);
        else if (!polled[0].revents && !polled[1].revents)
            return status;
    }
}

int main(void)
{
    static struct request request;
    struct channel channel = {0};
    char text[16];

    signal(SIGPIPE, SIG_IGN);
    mount_all();
    read_request(&request);
    channel.port = open_port();
    pid_t child = start_program(&request, &channel);
    int status = carry(&channel, child);
    snprintf(text, sizeof(text), "%d",
             WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    send_frame(&channel, 'x', text, strlen(text));
    tcdrain(channel.port);
    stop();
}
