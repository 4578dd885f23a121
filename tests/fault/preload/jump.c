/*
 * jump.c - preloaded into a tocsind, its wall clock jumps; the monotonic clock goes on.
 *
 * TOCSIN_JUMP_FILE holds one int64_t in the machine's byte order: by how many seconds the wall
 * clock is ahead (negative: behind). Whoever writes it makes the clock jump at once. Waits for a
 * wall-clock moment end when the real clock has made that way, as they would if the clock had
 * always been like this. (libfaketime 0.9.10 lets waits on a monotonic condition end at once.)
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define WALL_SECONDS_MIN 1000000000 /* no monotonic clock has come so far */

static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_cond_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static int (*real_cnd_timedwait)(cnd_t *, mtx_t *, const struct timespec *);
static const volatile int64_t *ahead_s;

/* The version that programs are linked with today: dlsym() alone gives the oldest. */
static void *function(const char *name, const char *version)
{
    void *found = version ? dlvsym(RTLD_NEXT, name, version) : NULL;

    return found ? found : dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void jump_init(void)
{
    const char *path = getenv("TOCSIN_JUMP_FILE");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = fd >= 0 ? mmap(NULL, sizeof(*ahead_s), PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (page != MAP_FAILED)
        ahead_s = page;
    if (fd >= 0)
        close(fd);
}

static int64_t ahead(void)
{
    return ahead_s ? *ahead_s : 0;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
    if (!real_clock_gettime)
        *(void **)&real_clock_gettime = function("clock_gettime", NULL);
    int rc = real_clock_gettime(clock, ret);
    if (rc == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        ret->tv_sec += ahead();
    return rc;
}

time_t time(time_t *ret)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (ret)
        *ret = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *ret = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

int timespec_get(struct timespec *ret, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, ret) == 0 ? base : 0;
}

static struct timespec real_moment(const struct timespec *until)
{
    struct timespec moment = *until;

    if (moment.tv_sec > WALL_SECONDS_MIN)
        moment.tv_sec -= ahead();
    return moment;
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until)
{
    struct timespec moment = real_moment(until);

    if (!real_cond_timedwait)
        *(void **)&real_cond_timedwait = function("pthread_cond_timedwait", "GLIBC_2.3.2");
    return real_cond_timedwait(cond, mutex, &moment);
}

int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex,
                  const struct timespec *restrict until)
{
    struct timespec moment = real_moment(until);

    if (!real_cnd_timedwait)
        *(void **)&real_cnd_timedwait = function("cnd_timedwait", NULL);
    return real_cnd_timedwait(cond, mutex, &moment);
}
