namespace Anneal.Onnx.Formats;

/// <summary>Where a record of a text file lies in a block.</summary>
/// <param name="Start">Its first byte in the block.</param>
/// <param name="Length">Its length in bytes, without the line end; 0 for a blank line that is none of the rows.</param>
/// <param name="Line">The line on which it starts, from 1.</param>
public readonly record struct TextRecord(int Start, int Length, long Line);
