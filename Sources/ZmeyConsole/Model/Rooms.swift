/// The state of each view, kept while one is in another.
struct Rooms: Sendable {
  private var board: BoardRoom
  private var runs = RunsRoom()
  private var run = RunRoom()
  private var task = TaskRoom()
  private var events = EventsRoom()
  private var templates = TemplatesRoom()
  private var workers = WorkersRoom()
  private var audit = AuditRoom()

  init(pipeline: String?) { board = BoardRoom(pipeline: pipeline) }

  /// The room of a place.
  subscript(place: Place) -> any Room {
    get {
      switch place {
      case .board: board
      case .runs(let pipeline, let name): runs.showing(pipeline, name)
      case .run(let id): run.showing(id)
      case .task(let id): task.showing(id)
      case .events: events
      case .templates: templates
      case .workers: workers
      case .audit: audit
      }
    }
    set {
      switch newValue {
      case let room as BoardRoom: board = room
      case let room as RunsRoom: runs = room
      case let room as RunRoom: run = room
      case let room as TaskRoom: task = room
      case let room as EventsRoom: events = room
      case let room as TemplatesRoom: templates = room
      case let room as WorkersRoom: workers = room
      case let room as AuditRoom: audit = room
      default: break
      }
    }
  }
}
