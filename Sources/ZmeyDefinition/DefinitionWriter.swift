public import ZmeyCore

/// Writes definitions as YAML.
///
/// The order is that of the definitions, and what has its default value is left out, so that equal
/// definitions give equal texts. What the reader accepts it reads back unchanged, to the last
/// character of every script.
public enum DefinitionWriter {
  /// The text of those definitions; empty if they are.
  public static func write(_ definitions: Definitions) -> String {
    var page = Page()
    if !definitions.templates.isEmpty { page.line("templates:") }
    for template in definitions.templates { page.add(template) }
    if !definitions.pipelines.isEmpty { page.line("pipelines:") }
    for pipeline in definitions.pipelines { page.add(pipeline) }
    if !definitions.events.isEmpty { page.line("events:") }
    for event in definitions.events { page.add(event) }
    return page.text
  }
}
