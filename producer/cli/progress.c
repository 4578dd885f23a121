/*
 * progress.c - see progress.h.
 */
#include "producer/cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FIRST_MS        1000
#define EVERY_MS        200
#define COLUMNS_DEFAULT 80
#define LINE_BYTES_MAX  256
#define CLEAR           "\r\033[K"

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_start(struct progress *progress, const char *name, int fd, bool is_quiet)
{
    struct stat status;

    *progress = (struct progress){.name = name, .fd = fd};
    progress->is_wanted = !is_quiet && isatty(STDERR_FILENO);
    if (!progress->is_wanted)
        return;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        progress->bytes = status.st_size;
    progress->started_ms = now_ms();
    progress->shown_ms = progress->started_ms + FIRST_MS - EVERY_MS;
}

static int columns(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1
                                                                           : COLUMNS_DEFAULT;
}

static void show(struct progress *progress, int64_t elapsed_ms)
{
    char line[LINE_BYTES_MAX], share[16] = "";
    off_t at = progress->bytes > 0 ? lseek(progress->fd, 0, SEEK_CUR) : -1;

    if (at >= 0)
        snprintf(share, sizeof(share), "  %3d %%",
                 (int)(100.0 * (double)at / (double)progress->bytes));
    snprintf(line, sizeof(line), "tocsin: %.100s%s  %zu findings  %" PRId64 "/s", progress->name,
             share, progress->findings, (int64_t)progress->findings * 1000 / elapsed_ms);
    fprintf(stderr, CLEAR "%.*s", columns(), line);
    fflush(stderr);
    progress->is_shown = true;
}

void progress_count(struct progress *progress)
{
    int64_t now;

    progress->findings++;
    if (!progress->is_wanted)
        return;
    now = now_ms();
    if (now - progress->shown_ms < EVERY_MS)
        return;
    progress->shown_ms = now;
    show(progress, now - progress->started_ms);
}

void progress_hide(struct progress *progress)
{
    if (!progress->is_shown)
        return;
    fputs(CLEAR, stderr);
    fflush(stderr);
    progress->is_shown = false;
}
