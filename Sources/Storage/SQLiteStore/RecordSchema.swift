extension DatabaseSchema {
  /// The tables of the record store.
  ///
  /// Names are blobs: text would end at a NUL, and blobs compare by bytes. `state` has one row.
  static let records = DatabaseSchema(
    applicationID: 0x4748_7273,  // "GHrs"
    steps: [
      """
      CREATE TABLE record (
        kind TEXT NOT NULL,
        name BLOB NOT NULL,
        revision INTEGER NOT NULL,
        value BLOB NOT NULL,
        UNIQUE (kind, name)
      ) STRICT;
      CREATE TABLE change (
        revision INTEGER NOT NULL,
        position INTEGER NOT NULL,
        kind TEXT NOT NULL,
        name BLOB NOT NULL,
        value BLOB,
        UNIQUE (revision, position)
      ) STRICT;
      CREATE TABLE state (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        revision INTEGER NOT NULL,
        trimmed INTEGER NOT NULL
      ) STRICT;
      INSERT INTO state (id, revision, trimmed) VALUES (1, 0, 0);
      """
    ],
    wording: DatabaseWording(
      what: "record store",
      remedy: "keep a copy of the file and of its -wal file, and put a backup in its place, "
        + "or give another path"),
    checksWholeFile: true)
}
