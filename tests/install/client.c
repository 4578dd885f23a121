#include <stdio.h>
#include <tocsin.h>

int main(void)
{
    const struct tocsin_pair option = {"no_such_option", "1"};
    struct tocsin_publisher *publisher = NULL;
    struct tocsin_error error;
    int refused = tocsin_publisher_open(&option, 1, &publisher, &error) != 0;

    printf("libtocsin %s: %s\n", tocsin_version(), refused ? error.text : "opened");
    return refused && tocsin_abi_version() == TOCSIN_ABI_VERSION ? 0 : 1;
}
