/*
 * statistics_tool.c - the statistics of the measurement rules for test_statistics.py: a question a
 * line, an answer a line.
 *
 *   z VALUE N BASELINE BASELINE_N     proportion_z
 *   upper Z                           normal_upper
 *   t T FREEDOM                       normal_of_t
 */
#include <stdio.h>

#include "consumer/measure/statistics.h"

int main(void)
{
    char line[256];

    while (fgets(line, sizeof(line), stdin)) {
        double a, b;
        long long n, m;

        if (sscanf(line, "z %lf %lld %lf %lld", &a, &n, &b, &m) == 4)
            printf("%.17g\n", proportion_z(a, n, b, m));
        else if (sscanf(line, "upper %lf", &a) == 1)
            printf("%.17g\n", normal_upper(a));
        else if (sscanf(line, "t %lf %lld", &a, &n) == 2)
            printf("%.17g\n", normal_of_t(a, n));
        else
            return 1;
    }
    return 0;
}
