import ArgumentParser

/// What `-o` takes.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json, yaml
}

/// What `-o` takes where the default is a text for people.
enum StoryFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json
}
