"""Dense and sparse vectors for chunks and queries; floor 4."""
