/* The schema of a journal. docs/journal.md describes it. */
#ifndef SHOAL_IO_JOURNAL_SCHEMA_H
#define SHOAL_IO_JOURNAL_SCHEMA_H

/* "shoa": marks the file as a journal (https://sqlite.org/fileformat.html, section 1.3.17). */
#define SCHEMA_APPLICATION 1936224097

/* The version that this program writes. It can read every earlier one: schema_steps[]. */
#define SCHEMA_VERSION 1

/* One row per change of the schema: step N, counted from 0, makes version N + 1 of version N. */
extern const char *const schema_steps[SCHEMA_VERSION];

/* A table or view of the current version, whose text in the database must be exactly this. */
struct schema_object {
    const char *name; /* of the table or view */
    const char *sql;  /* as in sqlite_schema.sql */
};

#define SCHEMA_OBJECTS 4 /* length of schema_objects[] */

/* All objects of the current version. */
extern const struct schema_object schema_objects[SCHEMA_OBJECTS];

#endif
