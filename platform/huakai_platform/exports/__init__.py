"""Long lists of the console as workbooks, made by a process of their own and kept sealed for seven days."""
