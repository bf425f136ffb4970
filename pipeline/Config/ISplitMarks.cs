namespace Anneal.Pipeline.Config;

/// <summary>A split that goes by something that each row bears: a table's column, or an array beside the rows.</summary>
internal interface ISplitMarks
{
    string? Column { get; }

    string? File { get; }
}
