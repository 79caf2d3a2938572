/// How the screen is divided.
struct Layout {
  /// The first row.
  let header: Rect
  /// The second row, with the views; empty where the screen has less than four rows.
  let tabs: Rect
  /// What says that something is wrong; empty if nothing is.
  let banner: Rect
  /// The view.
  let body: Rect
  /// The last row.
  let hints: Rect

  init(_ size: Size, hasBanner: Bool) {
    let all = Rect(size)
    header = all.top(size.rows >= 3 ? 1 : 0)
    tabs = all.below(header.rows).top(size.rows >= 6 ? 1 : 0)
    let above = header.rows + tabs.rows
    banner = all.below(above).top(hasBanner && size.rows >= 4 ? 1 : 0)
    let rest = all.below(above + banner.rows)
    let hintRows = size.rows >= 2 ? 1 : 0
    body = rest.top(rest.rows - hintRows)
    hints = rest.below(body.rows)
  }
}
