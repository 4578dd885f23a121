/*
 * commands.h - the commands of tocsind. Each takes the arguments after its own name and returns an
 * exit code of sysexits.h: 0, EX_USAGE (64), EX_DATAERR (65), EX_UNAVAILABLE (69), EX_SOFTWARE
 * (70), EX_TEMPFAIL (75), EX_CONFIG (78); `routes test` also 1, as amtool. The table that names
 * them is in main.c.
 */
#ifndef TOCSIN_CONSUMER_COMMANDS_H
#define TOCSIN_CONSUMER_COMMANDS_H

int run_command(int argc, char **argv);
int check_command(int argc, char **argv);
int topics_command(int argc, char **argv);
int silence_command(int argc, char **argv);
int baseline_command(int argc, char **argv);
int routes_command(int argc, char **argv);
int explain_command(int argc, char **argv);
int alerts_command(int argc, char **argv);
int render_command(int argc, char **argv);
int send_test_command(int argc, char **argv);
int dead_command(int argc, char **argv);
int backtest_command(int argc, char **argv);
int demo_command(int argc, char **argv);

#endif
