"""The Streamlit app: everything here imports streamlit, nothing else in the package does."""
