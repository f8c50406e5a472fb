"""Where the product's documentation comes from: a folder or archive on disk, or an archive on the web."""
