/// Templates.
struct TemplatesRoom: Room {
  var scopes: [Scope] { [.lists] }
  func wants(_ world: World) -> [Query] { [] }
  func crumbs(_ world: World) -> String { "" }
  func hints(_ world: World) -> [Hint] { [] }
  mutating func handle(_ action: Action, in context: inout Context) -> Bool { false }
  func draw(_ painter: inout Painter, in rect: Rect, _ world: World) {}
}
