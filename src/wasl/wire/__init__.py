"""Protocol pieces that adapters share; pure."""
