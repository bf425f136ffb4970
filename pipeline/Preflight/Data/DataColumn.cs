namespace Anneal.Pipeline.Preflight.Data;

/// <summary>A column as it is in the file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Numbers">[rows] the numbers, NaN where one is missing; null of a category.</param>
/// <param name="Texts">[rows] the categories, empty where one is missing; null of a number.</param>
internal sealed record DataColumn(string Name, float[]? Numbers, string[]? Texts)
{
    public bool IsMissing(int row) => Numbers is null ? Texts![row].Length == 0 : float.IsNaN(Numbers[row]);
}
