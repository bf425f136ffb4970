using System.Numerics;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>The normalisation of one row, and its gradient: each reads the row from the cache and writes it once.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
internal static unsafe class NormRow<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The mean of a row, and 1 / √(variance + ε).</summary>
    public static (T Mean, T Factor) Statistics(T* x, int length, T epsilon)
    {
        T count = T.CreateTruncating(length);
        Vector512<T> sums = Vector512<T>.Zero;
        int i = 0;
        for (; i <= length - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            sums += Vector512.Load(x + i);
        }

        T sum = Vector512.Sum(sums);
        for (; i < length; i++)
        {
            sum += x[i];
        }

        T mean = sum / count;
        sums = Vector512<T>.Zero;
        Vector512<T> center = Vector512.Create(mean);
        for (i = 0; i <= length - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            Vector512<T> difference = Vector512.Load(x + i) - center;
            sums += difference * difference;
        }

        sum = Vector512.Sum(sums);
        for (; i < length; i++)
        {
            sum += (x[i] - mean) * (x[i] - mean);
        }

        return (mean, T.One / T.Sqrt((sum / count) + epsilon));
    }

    /// <summary>y = (x - mean) · factor · scale + bias, which may be written over x.</summary>
    /// <param name="x">The row.</param>
    /// <param name="mean">Its mean.</param>
    /// <param name="factor">The inverse of its deviation.</param>
    /// <param name="scale">An element for each of the row, or one for all.</param>
    /// <param name="bias">The same, or null.</param>
    /// <param name="isOne">Whether scale and bias hold one element for all.</param>
    /// <param name="y">The result.</param>
    /// <param name="length">The row's length.</param>
    public static void Apply(T* x, T mean, T factor, T* scale, T* bias, bool isOne, T* y, int length)
    {
        Vector512<T> center = Vector512.Create(mean);
        Vector512<T> factors = Vector512.Create(factor);
        int i = 0;
        for (; i <= length - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            Vector512<T> value = (Vector512.Load(x + i) - center) * factors * At(scale, i, isOne);
            (bias == null ? value : value + At(bias, i, isOne)).Store(y + i);
        }

        for (; i < length; i++)
        {
            T value = (x[i] - mean) * factor * scale[isOne ? 0 : i];
            y[i] = bias == null ? value : value + bias[isOne ? 0 : i];
        }
    }

    /// <summary>The gradient of the row, and dY times the normalised row.</summary>
    /// <param name="dY">The gradient of the result.</param>
    /// <param name="x">The row.</param>
    /// <param name="scale">An element for each of the row, or one for all.</param>
    /// <param name="isOne">Whether scale holds one element for all.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="dX">The row's gradient.</param>
    /// <param name="scaled">dY times the normalised row.</param>
    /// <param name="length">The row's length.</param>
    public static void Gradient(T* dY, T* x, T* scale, bool isOne, T epsilon, T* dX, T* scaled, int length)
    {
        (T mean, T factor) = Statistics(x, length, epsilon);
        Vector512<T> center = Vector512.Create(mean);
        Vector512<T> factors = Vector512.Create(factor);
        Vector512<T> sums = Vector512<T>.Zero;
        Vector512<T> products = Vector512<T>.Zero;
        int i = 0;
        for (; i <= length - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            Vector512<T> given = Vector512.Load(dY + i) * At(scale, i, isOne);
            sums += given;
            products += given * ((Vector512.Load(x + i) - center) * factors);
        }

        T sum = Vector512.Sum(sums);
        T product = Vector512.Sum(products);
        for (; i < length; i++)
        {
            T given = dY[i] * scale[isOne ? 0 : i];
            sum += given;
            product += given * ((x[i] - mean) * factor);
        }

        T count = T.CreateTruncating(length);
        T level = sum / count;
        T along = product / count;
        Vector512<T> levels = Vector512.Create(level);
        Vector512<T> alongs = Vector512.Create(along);
        for (i = 0; i <= length - Vector512<T>.Count; i += Vector512<T>.Count)
        {
            Vector512<T> given = Vector512.Load(dY + i);
            Vector512<T> normal = (Vector512.Load(x + i) - center) * factors;
            (((given * At(scale, i, isOne)) - levels - (normal * alongs)) * factors).Store(dX + i);
            (given * normal).Store(scaled + i);
        }

        for (; i < length; i++)
        {
            T given = dY[i];
            T normal = (x[i] - mean) * factor;
            dX[i] = ((given * scale[isOne ? 0 : i]) - level - (normal * along)) * factor;
            scaled[i] = given * normal;
        }
    }

    private static Vector512<T> At(T* values, int index, bool isOne) => isOne ? Vector512.Create(*values) : Vector512.Load(values + index);
}
