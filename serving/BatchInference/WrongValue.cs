namespace Anneal.Serving.BatchInference;

/// <summary>A value that an input does not take.</summary>
/// <param name="Row">Its row among those whose cells were set.</param>
/// <param name="Column">Its column.</param>
/// <param name="Text">What is wrong with it.</param>
internal readonly record struct WrongValue(int Row, TableColumn Column, string Text);
