#include "io/journal/schema.h"

/* `version` is the schema's, as `PRAGMA user_version` is: damage seldom changes both. */
#define JOURNAL_TABLE "CREATE TABLE journal (version INTEGER NOT NULL, created TEXT NOT NULL)"

#define RUN_TABLE                                                                                  \
    "CREATE TABLE run (id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, pid INTEGER, "   \
    "host TEXT, version TEXT, url TEXT, exit_status INTEGER)"

/* Without a rowid: a row is found and replaced in one B-tree, in which the files of a folder are
 * neighbors. */
#define FILE_TABLE                                                                                 \
    "CREATE TABLE file (path NOT NULL, destination BLOB NOT NULL, state TEXT NOT NULL, "           \
    "size INTEGER NOT NULL, mtime INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 BLOB, "      \
    "others BLOB, others_sha256 BLOB, attempts INTEGER NOT NULL, status INTEGER NOT NULL, "        \
    "temporary INTEGER NOT NULL, maybe_accepted INTEGER NOT NULL, reason TEXT, cause TEXT, "       \
    "run INTEGER NOT NULL, at INTEGER NOT NULL, checksum INTEGER NOT NULL, "                       \
    "PRIMARY KEY (path, destination)) WITHOUT ROWID"

#define FILES_VIEW                                                                                 \
    "CREATE VIEW files AS SELECT CAST(path AS TEXT) AS path, state, nullif(size, -1) AS size, "    \
    "datetime(mtime, 'unixepoch') AS mtime, lower(hex(sha256)) AS sha256, "                        \
    "nullif(status, 0) AS status, attempts, temporary, maybe_accepted, reason, cause, "            \
    "datetime(at, 'unixepoch') AS at, run, "                                                       \
    "lower(hex(destination)) AS destination FROM file"

const struct schema_object schema_objects[SCHEMA_OBJECTS] = {
    {"journal", JOURNAL_TABLE},
    {"run", RUN_TABLE},
    {"file", FILE_TABLE},
    {"files", FILES_VIEW},
};

const char *const schema_steps[SCHEMA_VERSION] = {
    JOURNAL_TABLE ";" RUN_TABLE ";" FILE_TABLE ";" FILES_VIEW ";"
                  "INSERT INTO journal VALUES (1, datetime('now'));",
};
