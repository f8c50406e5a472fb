"""The pages of the desk, a module each; `app.desk` says how one is added."""
