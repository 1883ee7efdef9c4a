/*
 * Scripts: a first line "#! interpreter [argument]" puts the interpreter in the place of the file,
 * and the file's name behind it (execve(2)). The line counts up to EXEC_HEAD_SIZE bytes; everything
 * after the interpreter is one argument.
 */
#include "exec_internal.h"

#include <abi/errno.h>
#include <abi/fcntl.h>
#include <kmem/kmalloc.h>
#include <lib/string.h>
#include <vfs/context.h>
#include <vfs/file.h>
#include <vfs/names.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cut the line into its two parts, in place. *argument may become NULL. => -ENOEXEC */
static int parse_line(char *line, char **interpreter, char **argument)
{
    char *end = strchr(line, '\n');
    char *first = line, *word;
    bool whole = end != NULL;

    if (!whole)
        end = line + strlen(line);
    while (end > line && is_blank(end[-1]))
        end--;
    *end = '\0';
    while (is_blank(*first))
        first++;
    if (*first == '\0')
        return -ENOEXEC;
    for (word = first; *word != '\0' && !is_blank(*word); word++)
        ;
    if (*word == '\0' && !whole && strlen(line) >= EXEC_HEAD_SIZE - 3)
        return -ENOEXEC; /* the name may go on behind what was read */
    *interpreter = first;
    *argument = NULL;
    if (*word == '\0')
        return 0;
    *word++ = '\0';
    while (is_blank(*word))
        word++;
    *argument = word;
    return 0;
}

/* interpreter, argument and script in front of the arguments that a nested script has collected. */
static int build_prefix(struct exec *exec, const char *interpreter, const char *argument)
{
    struct exec_strings old = exec->prefix, fresh = {0};
    size_t skip = old.count != 0 ? strlen(old.bytes) + 1 : 0; /* the outer argv[0] is replaced */
    int error = exec_strings_add(&fresh, interpreter);

    if (!error && argument != NULL)
        error = exec_strings_add(&fresh, argument);
    if (!error)
        error = exec_strings_add(&fresh, exec->script);
    for (size_t at = skip; !error && at < old.len; at += strlen(old.bytes + at) + 1)
        error = exec_strings_add(&fresh, old.bytes + at);
    exec_strings_free(&old);
    exec->prefix = fresh;
    exec->skip_first = true;
    return error;
}

int exec_script(struct exec *exec)
{
    char line[EXEC_HEAD_SIZE - 1];
    char *interpreter, *argument, *name;
    struct file *file;
    int error;

    if (exec->head[0] != '#' || exec->head[1] != '!')
        return -ENOEXEC;
    memcpy(line, exec->head + 2, EXEC_HEAD_SIZE - 2);
    line[EXEC_HEAD_SIZE - 2] = '\0';
    error = parse_line(line, &interpreter, &argument);
    if (error)
        return error;
    if (exec->name_is_closed)
        return -ENOENT;
    error = build_prefix(exec, interpreter, argument);
    if (error)
        return error;
    name = kstrdup(interpreter, ALLOC_WAIT);
    if (name == NULL)
        return -ENOMEM;
    kfree(exec->script);
    exec->script = name;
    error = vfs_open_exec(vfs_current(), AT_FDCWD, name, 0, &file);
    if (error)
        return error;
    file_put(exec->file);
    exec->file = file;
    return 0;
}
