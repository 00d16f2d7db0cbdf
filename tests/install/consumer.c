/* Usage: consumer EXPECTED_VERSION */
#include <gradus.h>

#include <stdio.h>
#include <string.h>

int main(int argc, char** argv) {
    puts(gradus_version());
    return argc == 2 && strcmp(gradus_version(), argv[1]) == 0 ? 0 : 1;
}
