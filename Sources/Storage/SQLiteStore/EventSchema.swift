extension DatabaseSchema {
  /// The tables of the event index.
  ///
  /// `word` holds the log names and types, which repeat. `event.keys` holds an event's keys
  /// together (see ``KeyBytes``), `event_key` the hash of each. Keys arrive in no order, and one
  /// tree of them all would be written all over with each insert; so each run of events has a part
  /// of its own, a bucket, and `bucket` says from when on its events are. Text is in blobs, which
  /// compare by bytes.
  static let events = DatabaseSchema(
    applicationID: 0x4748_6576,  // "GHev"
    steps: [
      """
      CREATE TABLE word (
        id INTEGER PRIMARY KEY,
        text BLOB NOT NULL UNIQUE
      ) STRICT;
      CREATE TABLE event (
        id INTEGER PRIMARY KEY,
        log INTEGER NOT NULL,
        position INTEGER NOT NULL,
        time INTEGER NOT NULL,
        type INTEGER NOT NULL,
        keys BLOB NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (log, position)
      ) STRICT;
      CREATE INDEX event_by_type ON event (type, time);
      CREATE TABLE bucket (
        id INTEGER PRIMARY KEY,
        oldest INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE event_key (
        bucket INTEGER NOT NULL,
        hash INTEGER NOT NULL,
        time INTEGER NOT NULL,
        event INTEGER NOT NULL,
        type INTEGER NOT NULL,
        PRIMARY KEY (bucket, hash, time, event)
      ) STRICT, WITHOUT ROWID;
      """,
      // A page of a scan is found in the index alone.
      """
      DROP INDEX event_by_type;
      CREATE INDEX event_by_type ON event (type, time, log, position);
      """,
    ],
    wording: DatabaseWording(
      what: "event index",
      remedy: "remove the file, its -wal and its -shm; the index is made again from the logs"),
    checksWholeFile: false)
}
