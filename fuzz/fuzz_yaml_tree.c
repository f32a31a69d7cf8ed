/* An options file. It is read or refused with a sentence that names the file; nothing leaks. */
#include <string.h>

#include "fuzz.h"
#include "text/yaml_tree.h"

/* Whether every node is what its kind says. */
static void check(const struct yaml_tree *node)
{
    MUST((node->kind == YAML_TREE_TEXT) == (node->text != NULL));
    MUST(node->place.line > 0 && node->place.column > 0);
    for (size_t i = 0; i < node->count; i++) {
        MUST((node->kind == YAML_TREE_MAP) == (node->items[i].key != NULL));
        check(&node->items[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_tree root;
    struct error error = {0};
    if (yaml_tree_read((const char *)data, size, "file", &root, &error))
        check(&root);
    else
        MUST(error.class == ERROR_MEMORY || strncmp(error.text, "file:", 5) == 0);
    yaml_tree_free(&root);
    return 0;
}
